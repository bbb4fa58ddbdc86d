bin_PROGRAMS += gc-bench
gc_bench_SOURCES = apps/gc-bench.c apps/bench.h apps/bench_circuits.c apps/bench_pair.c \
	apps/bench_rows.c
gc_bench_LDADD = libapps.la libsotto.la
dist_man_MANS += man/gc-bench.1
gc_info_SOURCES += apps/profile.c apps/profile.h
if HAVE_BATS
TESTS += tests/cli/bench.bats
endif
EXTRA_DIST += tests/cli/bench.bats
