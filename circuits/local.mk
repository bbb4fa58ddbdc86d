# The standard library of circuits: C programs, compiled by gc-cc of this tree. LIST says which
# source and options make which circuit; both the circuits and their sources are installed.
circuitsdir = $(pkgdatadir)/circuits

LIBRARY_SOURCES = \
	circuits/aes.c \
	circuits/bytes.h \
	circuits/hmac-sha256.c \
	circuits/keccak-f1600.c \
	circuits/keccak.h \
	circuits/millionaires.c \
	circuits/sha256-block.c \
	circuits/sha256-compress.c \
	circuits/sha256.h \
	circuits/sha3-256.c \
	circuits/sha512-block.c \
	circuits/sha512-compress.c \
	circuits/sha512.h

LIBRARY_CIRCUITS = \
	circuits/aes128.txt \
	circuits/aes256.txt \
	circuits/hmac-sha256.txt \
	circuits/keccak-f1600.txt \
	circuits/millionaires.txt \
	circuits/sha256-block.txt \
	circuits/sha256-compress.txt \
	circuits/sha3-256.txt \
	circuits/sha512-block.txt \
	circuits/sha512-compress.txt
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
