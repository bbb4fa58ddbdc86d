# The tests. Unit tests use Check and reach hidden symbols through libsotto_test: the library's own
# objects with a heap that can fail and repeatable randomness in place of the two seams. Every test
# reports in the Test Anything Protocol, so that each single case is counted.
TEST_EXTENSIONS = .bats .sh
TAP_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
LOG_DRIVER = $(TAP_DRIVER)
LOG_COMPILER = $(SHELL) $(top_srcdir)/tests/scripts/run-check.sh
BATS_LOG_DRIVER = $(TAP_DRIVER)
BATS_LOG_COMPILER = $(SHELL) $(top_srcdir)/tests/scripts/run-bats.sh
SH_LOG_DRIVER = $(TAP_DRIVER)
SH_LOG_COMPILER = $(SHELL)
# The caller's locale may not be there, which some programs say on stderr.
AM_TESTS_ENVIRONMENT = \
	LC_ALL=C; export LC_ALL; \
	SRCDIR='$(abs_top_srcdir)'; export SRCDIR; \
	BUILDDIR='$(abs_top_builddir)'; export BUILDDIR; \
	BINDIR='$(abs_top_builddir)'; export BINDIR; \
	CIRCUITS='$(abs_top_srcdir)/tests/circuits'; export CIRCUITS; \
	GC_CIRCUITS_DIR='$(abs_top_builddir)/circuits'; export GC_CIRCUITS_DIR; \
	CC='$(CC)'; export CC; NM='$(NM)'; export NM;

# What a program without a line of its own is linked with: the unit tests.
LDADD = libsotto_test.la $(CHECK_LIBS) $(OPENSSL_LIBS) $(SODIUM_LIBS)

check_LTLIBRARIES += libsotto_test.la
libsotto_test_la_SOURCES = tests/support/suite.h tests/support/support.c tests/support/support.h \
	tests/support/blocks.h \
	tests/support/test_heap.c tests/support/test_random.c \
	tests/support/circuits.c tests/support/circuits.h \
	tests/support/keys.h \
	tests/support/pair.c tests/support/pair.h \
	tests/support/relay.c tests/support/relay.h \
	tests/support/replica.c tests/support/replica.h \
	tests/support/search.c tests/support/search.h \
	tests/reference/oracle.c tests/reference/oracle.h \
	tests/reference/reference.c tests/reference/reference.h \
	tests/reference/transfers.c tests/reference/transfers.h
libsotto_test_la_LIBADD = libsotto_core.la

include tests/nn/local.mk

UNIT_TESTS = $(NN_UNIT_TESTS) \
	tests/compiler/back_divide \
	tests/compiler/back_float \
	tests/compiler/back_lower \
	tests/compiler/back_passes \
	tests/compiler/back_rewrite \
	tests/compiler/back_tables \
	tests/compiler/back_words \
	tests/compiler/exact_floats \
	tests/compiler/exact_integers \
	tests/library/floats \
	tests/library/hashes \
	tests/library/learning \
	tests/library/lists \
	tests/library/words \
	tests/unit/base \
	tests/unit/bristol \
	tests/unit/cheat \
	tests/unit/circuit \
	tests/unit/credentials \
	tests/unit/crypto \
	tests/unit/delta_attack \
	tests/unit/faults \
	tests/unit/flights \
	tests/unit/garble \
	tests/unit/garble_bundle \
	tests/unit/garble_kernels \
	tests/unit/garble_session \
	tests/unit/hello \
	tests/unit/interface \
	tests/unit/mixed \
	tests/unit/mixed_circuits \
	tests/unit/mixed_secrets \
	tests/unit/net \
	tests/unit/net_stream \
	tests/unit/ot \
	tests/unit/ot_extension \
	tests/unit/ot_guess \
	tests/unit/ot_handle \
	tests/unit/ot_kernels \
	tests/unit/ot_reference \
	tests/unit/ot_secrets \
	tests/unit/ot_session \
	tests/unit/random \
	tests/unit/schedule \
	tests/unit/session \
	tests/unit/session_options \
	tests/unit/session_tweaks \
	tests/unit/share \
	tests/unit/split \
	tests/unit/threads \
	tests/unit/tls \
	tests/unit/tls_attacks \
	tests/unit/tls_stream \
	tests/unit/transcript \
	tests/unit/values \
	tests/unit/wire

BATS_TESTS = $(NN_BATS_TESTS) \
	tests/cli/bench.bats \
	tests/cli/cc.bats \
	tests/cli/completions.bats \
	tests/cli/credentials.bats \
	tests/cli/info.bats \
	tests/cli/millionaires.bats \
	tests/cli/ot.bats \
	tests/cli/output.bats \
	tests/cli/predict.bats \
	tests/cli/run.bats \
	tests/cli/signals.bats \
	tests/cli/usage.bats \
	tests/cli/values.bats \
	tests/docs/library.bats \
	tests/docs/man-examples.bats \
	tests/docs/model.bats \
	tests/docs/options.bats \
	tests/docs/security.bats \
	tests/docs/status.bats \
	tests/library/library.bats

SCRIPT_TESTS = $(NN_SCRIPT_TESTS) \
	tests/compiler/mc_classes.sh \
	tests/compiler/random.sh \
	tests/fuzz/replay.sh \
	tests/library/manifest.sh \
	tests/scripts/check-includes.sh \
	tests/scripts/check-library-examples.sh \
	tests/scripts/check-order.sh \
	tests/scripts/check-symbols.sh \
	tests/scripts/published.sh

# What compiles every program at every level, and looks at circuits rather than at the compiler: not
# under sanitizers, where the same circuits take ten times as long.
CIRCUIT_TESTS = tests/compiler/passes.sh tests/compiler/prove.sh
EXTRA_DIST += $(CIRCUIT_TESTS)
if !WITH_SANITIZERS
SCRIPT_TESTS += $(CIRCUIT_TESTS)
endif

# The circuits of circuits/, on 64 inputs at a time.
LIBRARY_LANES = tests/library/lanes.c tests/library/lanes.h

if HAVE_CHECK
check_PROGRAMS += $(UNIT_TESTS)
TESTS += $(UNIT_TESTS)
endif
if HAVE_BATS
TESTS += $(BATS_TESTS)
endif
TESTS += $(SCRIPT_TESTS)

EXTRA_DIST += $(BATS_TESTS) $(SCRIPT_TESTS) tests/scripts/setup.sh tests/scripts/tap.sh \
	tests/scripts/run-bats.sh tests/scripts/run-check.sh \
	tests/scripts/check-ctime.sh tests/scripts/check-kernels.sh tests/ctime/libsodium.supp tests/scripts/gen_circuits.py \
	tests/scripts/relay.py tests/scripts/make_onnx.py

# The fuzz targets: with libFuzzer when configured so, else as programs that replay files.
FUZZ_TARGETS = tests/fuzz/fuzz_bristol tests/fuzz/fuzz_compiler tests/fuzz/fuzz_interface
check_PROGRAMS += $(FUZZ_TARGETS)
tests_fuzz_fuzz_bristol_SOURCES = tests/fuzz/fuzz_bristol.c
tests_fuzz_fuzz_interface_SOURCES = tests/fuzz/fuzz_interface.c
tests_fuzz_fuzz_compiler_SOURCES = tests/fuzz/fuzz_compiler.c
tests_fuzz_fuzz_compiler_LDADD = libcompiler.la $(LDADD) -lm
if WITH_FUZZERS
tests_fuzz_fuzz_bristol_LDFLAGS = -fsanitize=fuzzer
tests_fuzz_fuzz_interface_LDFLAGS = -fsanitize=fuzzer
tests_fuzz_fuzz_compiler_SOURCES += tests/fuzz/mutate_c.c
tests_fuzz_fuzz_compiler_LDFLAGS = -fsanitize=fuzzer
else
tests_fuzz_fuzz_bristol_SOURCES += tests/fuzz/replay.c
tests_fuzz_fuzz_interface_SOURCES += tests/fuzz/replay.c
tests_fuzz_fuzz_compiler_SOURCES += tests/fuzz/replay.c
endif
EXTRA_DIST += tests/fuzz/corpus-bristol tests/fuzz/corpus-compiler tests/fuzz/corpus-interface \
	tests/fuzz/mutate_c.c tests/circuits

# The real source of randomness, not the repeatable one.
tests_unit_random_SOURCES = tests/unit/random.c lib/base/random.c
# Flags of its own give it objects of its own, apart from those of libtool.
tests_unit_random_CFLAGS = $(AM_CFLAGS)
tests_unit_random_LDADD = $(CHECK_LIBS) $(SODIUM_LIBS)
tests_compiler_back_divide_LDADD = libcompiler.la $(LDADD) -lm
tests_compiler_back_float_LDADD = libcompiler.la $(LDADD) -lm
tests_compiler_back_lower_LDADD = libcompiler.la $(LDADD) -lm
tests_compiler_back_passes_LDADD = libcompiler.la $(LDADD) -lm
tests_compiler_back_rewrite_LDADD = libcompiler.la $(LDADD) -lm
tests_compiler_back_tables_LDADD = libcompiler.la $(LDADD) -lm
tests_compiler_back_words_LDADD = libcompiler.la $(LDADD) -lm
tests_compiler_exact_floats_LDADD = libcompiler.la $(LDADD) -lm
tests_compiler_exact_integers_LDADD = libcompiler.la $(LDADD) -lm
# gc-cc against the host's compiler.
check_PROGRAMS += tests/compiler/against_host
tests_compiler_against_host_LDADD = libcompiler.la libsotto_test.la -lm -ldl
EXTRA_DIST += tests/compiler/back.h tests/compiler/levels.h tests/compiler/simulate.h \
	tests/compiler/random
tests_library_floats_SOURCES = tests/library/floats.c $(LIBRARY_LANES)
tests_library_floats_LDADD = $(LDADD) -lm
tests_library_hashes_SOURCES = tests/library/hashes.c $(LIBRARY_LANES)
tests_library_learning_SOURCES = tests/library/learning.c $(LIBRARY_LANES)
tests_library_learning_LDADD = $(LDADD) -lm
tests_library_lists_SOURCES = tests/library/lists.c $(LIBRARY_LANES)
tests_library_words_SOURCES = tests/library/words.c $(LIBRARY_LANES)

tests_unit_values_LDADD = libapps.la libsotto.la $(CHECK_LIBS)
EXTRA_DIST += tests/kat/transcript.txt tests/cli/common.bash tests/docs/docs.bash tests/unit/circuits.h \
	tests/unit/mixed_sides.h tests/unit/parties.h tests/unit/tls_session.h

.PHONY: check-unit check-proof check-random check-ctime check-fuzz bench bench-circuits \
	bench-compiler lint regenerate
check-unit:
	$(MAKE) $(AM_MAKEFLAGS) check TESTS='$(UNIT_TESTS)'

# As many random programs and floats as a change of the compiler must pass.
check-random:
	RANDOM_PROGRAMS=2000 FLOAT_VECTORS=1000000 $(MAKE) $(AM_MAKEFLAGS) check \
		TESTS='tests/compiler/random.sh tests/compiler/exact_floats'

check-fuzz:
	$(MAKE) $(AM_MAKEFLAGS) check TESTS=tests/fuzz/replay.sh

# Proofs that -O0 and -O2 agree, with more time and for larger circuits than in make check.
check-proof:
	PROVE_SECONDS=300 PROVE_TOTAL=14400 PROVE_GATES=20000000 PROVE_HARD=1000000 \
		PROVE_ALL=32 PROVE_STRICT=1 \
		$(MAKE) $(AM_MAKEFLAGS) check TESTS=tests/compiler/prove.sh

# The constant-time check makes builds of its own, one for each compiler and level.
check-ctime:
	cd $(srcdir) && $(SHELL) tests/scripts/check-ctime.sh

EXTRA_PROGRAMS += tests/ctime/ctime tests/bench/chain tests/bench/bench_kernels \
	tests/bench/bench_circuits tests/bench/ot
tests_bench_chain_LDADD = libsotto.la
tests_bench_ot_LDADD = libsotto.la $(SODIUM_LIBS)
EXTRA_DIST += tests/scripts/bench.sh tests/scripts/predict.sh tests/scripts/check-order.py
# The AND counts of gc-cc beside the best known ones; fails when one is above its limit.
check_PROGRAMS += tests/bench/and_counts
tests_bench_and_counts_SOURCES = tests/bench/and_counts.c tests/bench/and_programs.c \
	tests/bench/and_programs.h compiler/host.c compiler/host.h compiler/preprocess.c \
	compiler/preprocess.h $(SEAM_SOURCES)
tests_bench_and_counts_CPPFLAGS = $(AM_CPPFLAGS) \
	-DGC_CC_INCLUDE_DIR='"$(abs_top_srcdir)/compiler/include"' \
	-DPROGRAMS_DIR='"$(abs_top_srcdir)/tests/bench/programs"'
EXTRA_DIST += tests/bench/programs
tests_bench_and_counts_LDADD = libcompiler.la libsotto_core.la -lm
bench-circuits: tests/bench/and_counts
	@tests/bench/and_counts

# Gates a second and peak memory of gc-cc; fails when a target is missed.
EXTRA_PROGRAMS += tests/bench/compile_speed
tests_bench_compile_speed_LDADD =
bench-compiler: tests/bench/compile_speed gc-cc
	@tests/bench/compile_speed ./gc-cc

# A matrix product, for its batches; it is not installed.
CLEANFILES += tests/bench/matrix8.txt tests/bench/matrix8.json
tests/bench/matrix8.txt: gc-cc$(EXEEXT) tests/bench/programs/matrix.c
	$(AM_V_GEN)$(MKDIR_P) tests/bench && \
		CC='$(CC)' GC_CC_INCLUDE='$(abs_top_srcdir)/compiler/include' \
		./gc-cc$(EXEEXT) -w -o $@ $(srcdir)/tests/bench/programs/matrix.c

bench: tests/bench/chain tests/bench/bench_kernels tests/bench/bench_circuits tests/bench/ot \
		gc-bench gc-info gc-millionaires circuits/millionaires.txt circuits/aes128.txt \
		circuits/sha256-block.txt circuits/div64.txt tests/bench/matrix8.txt
	@SRCDIR='$(srcdir)' $(SHELL) $(srcdir)/tests/scripts/bench.sh

lint: lint-man
	cd $(srcdir) && clang-format --dry-run -Werror \
		`find lib apps circuits compiler tests -name '*.[ch]' \
		-not -path 'compiler/include/*' -not -path 'circuits/*-table.h' \
		-not -path 'tests/fuzz/corpus-*' -not -path 'tests/compiler/random/found/*'`
	cd $(srcdir) && shellcheck -x demo.sh check.sh .ci/run tests/scripts/*.sh tests/fuzz/*.sh \
		tests/compiler/*.sh tests/library/*.sh tests/nn/*.sh tests/bench/*.sh \
		circuits/*.sh
	cd $(srcdir) && shellcheck -s bats -i SC2314,SC2315 tests/cli/*.bats tests/docs/*.bats tests/library/*.bats

# Everything in the tree that is made from something else. CI makes it again and looks for changes.
regenerate: completions regenerate-circuits
	$(MAKE) $(AM_MAKEFLAGS) compiler/mc_generate
	compiler/mc_generate >$(srcdir)/compiler/mc_classes.c
	cd $(srcdir) && python3 tests/scripts/gen_circuits.py .
	$(MAKE) $(AM_MAKEFLAGS) tests/unit/transcript
	UPDATE_KAT=1 SRCDIR='$(srcdir)' tests/unit/transcript
