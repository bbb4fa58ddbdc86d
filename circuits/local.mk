# The standard library of circuits: C programs, compiled by gc-cc of this tree. LIST says which
# source and options make which circuit; both the circuits and their sources are installed.
circuitsdir = $(pkgdatadir)/circuits

LIBRARY_SOURCES = \
	circuits/add.c \
	circuits/aes.c \
	circuits/argmax.c \
	circuits/auction.c \
	circuits/bytes.h \
	circuits/compare.c \
	circuits/distance.c \
	circuits/div.c \
	circuits/edit-distance.c \
	circuits/float-add.c \
	circuits/float-div.c \
	circuits/float-exp-table.h \
	circuits/float-exp.c \
	circuits/float-exp.h \
	circuits/float-log-table.h \
	circuits/float-log.c \
	circuits/float-log.h \
	circuits/float-mul.c \
	circuits/float-sigmoid.c \
	circuits/float-sigmoid.h \
	circuits/float-sqrt.c \
	circuits/float.h \
	circuits/hamming.c \
	circuits/hmac-sha256.c \
	circuits/keccak-f1600.c \
	circuits/keccak.h \
	circuits/list.h \
	circuits/logistic-regression.c \
	circuits/logistic-table.h \
	circuits/max.c \
	circuits/maxpool.c \
	circuits/median.c \
	circuits/median3.c \
	circuits/merge-network.h \
	circuits/merge.c \
	circuits/millionaires.c \
	circuits/min.c \
	circuits/mod.c \
	circuits/mul.c \
	circuits/nn-argmax.c \
	circuits/nn-maxpool.c \
	circuits/nn-relu.c \
	circuits/psi.c \
	circuits/relu.c \
	circuits/sha256-block.c \
	circuits/sha256-compress.c \
	circuits/sha256.h \
	circuits/sha3-256.c \
	circuits/sha512-block.c \
	circuits/sha512-compress.c \
	circuits/sha512.h \
	circuits/shares.h \
	circuits/sort.c \
	circuits/sub.c \
	circuits/word.h

LIBRARY_CIRCUITS = \
	circuits/add8.txt \
	circuits/add16.txt \
	circuits/add32.txt \
	circuits/add64.txt \
	circuits/aes128.txt \
	circuits/aes256.txt \
	circuits/argmax.txt \
	circuits/auction.txt \
	circuits/compare8.txt \
	circuits/compare16.txt \
	circuits/compare32.txt \
	circuits/compare64.txt \
	circuits/distance2.txt \
	circuits/distance16.txt \
	circuits/div8.txt \
	circuits/div16.txt \
	circuits/div32.txt \
	circuits/div64.txt \
	circuits/double-add.txt \
	circuits/double-div.txt \
	circuits/double-mul.txt \
	circuits/double-sqrt.txt \
	circuits/edit-distance8.txt \
	circuits/edit-distance32.txt \
	circuits/float-add.txt \
	circuits/float-div.txt \
	circuits/float-exp.txt \
	circuits/float-log.txt \
	circuits/float-mul.txt \
	circuits/float-sigmoid.txt \
	circuits/float-sqrt.txt \
	circuits/hamming160.txt \
	circuits/hamming1600.txt \
	circuits/hmac-sha256.txt \
	circuits/keccak-f1600.txt \
	circuits/logistic-regression.txt \
	circuits/max.txt \
	circuits/maxpool.txt \
	circuits/median.txt \
	circuits/median3.txt \
	circuits/merge.txt \
	circuits/millionaires.txt \
	circuits/min.txt \
	circuits/mod8.txt \
	circuits/mod16.txt \
	circuits/mod32.txt \
	circuits/mod64.txt \
	circuits/mul8.txt \
	circuits/mul16.txt \
	circuits/mul32.txt \
	circuits/mul64.txt \
	circuits/nn-argmax10-k24.txt \
	circuits/nn-maxpool2.txt \
	circuits/nn-maxpool4.txt \
	circuits/nn-relu-k22-s8.txt \
	circuits/nn-relu-k24-s8.txt \
	circuits/nn-relu-k32-s8.txt \
	circuits/psi.txt \
	circuits/relu.txt \
	circuits/scompare8.txt \
	circuits/scompare16.txt \
	circuits/scompare32.txt \
	circuits/scompare64.txt \
	circuits/sdiv8.txt \
	circuits/sdiv16.txt \
	circuits/sdiv32.txt \
	circuits/sdiv64.txt \
	circuits/sha3-256.txt \
	circuits/sha256-block.txt \
	circuits/sha256-compress.txt \
	circuits/sha512-block.txt \
	circuits/sha512-compress.txt \
	circuits/smod8.txt \
	circuits/smod16.txt \
	circuits/smod32.txt \
	circuits/smod64.txt \
	circuits/sort.txt \
	circuits/sub8.txt \
	circuits/sub16.txt \
	circuits/sub32.txt \
	circuits/sub64.txt
LIBRARY_INTERFACES = $(LIBRARY_CIRCUITS:.txt=.json)

circuits_DATA = $(LIBRARY_CIRCUITS) $(LIBRARY_INTERFACES)
dist_circuits_DATA = $(LIBRARY_SOURCES)
CLEANFILES += $(circuits_DATA)
EXTRA_DIST += circuits/LIST circuits/compile.sh

$(LIBRARY_CIRCUITS): gc-cc$(EXEEXT) $(LIBRARY_SOURCES) circuits/LIST circuits/compile.sh
	$(AM_V_GEN)CC='$(CC)' $(SHELL) $(srcdir)/circuits/compile.sh ./gc-cc$(EXEEXT) \
		$(abs_srcdir)/circuits $@

# gc-cc writes both files, the interface last.
.txt.json:
	@test -f $@ || { rm -f $< && $(MAKE) $(AM_MAKEFLAGS) $<; }
