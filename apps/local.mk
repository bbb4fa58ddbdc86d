# The tools. They use the public header only; what they share is in libapps.
noinst_LTLIBRARIES += libapps.la
libapps_la_SOURCES = \
	apps/ask.c apps/ask.h \
	apps/buffer.c apps/buffer.h \
	apps/cli.c apps/cli.h \
	apps/connect.c apps/connect.h \
	apps/help.c apps/help.h \
	apps/inputs.c apps/inputs.h \
	apps/integer.c apps/integer.h \
	apps/json.c apps/json.h \
	apps/ot_kind.c apps/ot_kind.h \
	apps/output.c apps/output.h \
	apps/play.c apps/play.h \
	apps/play_local.c \
	apps/program.c apps/program.h \
	apps/progress.c apps/progress.h \
	apps/report.c apps/report.h \
	apps/signals.c apps/signals.h \
	apps/sink.c apps/sink.h \
	apps/table.c apps/table.h \
	apps/value_parse.c apps/value_print.c apps/values.h
libapps_la_CPPFLAGS = $(AM_CPPFLAGS) -DPKGDATADIR='"$(pkgdatadir)"'

bin_PROGRAMS += gc-bench gc-run gc-info gc-keygen gc-millionaires
APPS_LDADD = libapps.la libsotto.la
gc_bench_SOURCES = apps/gc-bench.c apps/bench.h apps/bench_circuits.c apps/bench_memory.c \
	apps/bench_ot.c apps/bench_runs.c \
	apps/bench_pair.c apps/bench_rows.c
gc_bench_LDADD = $(APPS_LDADD)
gc_run_SOURCES = apps/gc-run.c
gc_run_LDADD = $(APPS_LDADD)
gc_info_SOURCES = apps/gc-info.c apps/profile.c apps/profile.h
gc_info_LDADD = $(APPS_LDADD)
gc_keygen_SOURCES = apps/gc-keygen.c
gc_keygen_LDADD = $(APPS_LDADD)
gc_millionaires_SOURCES = apps/gc-millionaires.c
gc_millionaires_LDADD = $(APPS_LDADD)

# Completions are written by apps/completions/generate from --help, and kept in the tree.
dist_bashcompletion_DATA = \
	apps/completions/gc-bench apps/completions/gc-cc \
	apps/completions/gc-run apps/completions/gc-info apps/completions/gc-keygen \
	apps/completions/gc-millionaires
dist_zshcompletion_DATA = \
	apps/completions/_gc-bench apps/completions/_gc-cc \
	apps/completions/_gc-run apps/completions/_gc-info apps/completions/_gc-keygen \
	apps/completions/_gc-millionaires
dist_fishcompletion_DATA = \
	apps/completions/gc-bench.fish apps/completions/gc-cc.fish \
	apps/completions/gc-run.fish apps/completions/gc-info.fish \
	apps/completions/gc-keygen.fish apps/completions/gc-millionaires.fish
EXTRA_DIST += apps/completions/generate

.PHONY: completions
completions: $(bin_PROGRAMS)
	$(SHELL) $(srcdir)/apps/completions/generate . $(srcdir)/apps/completions

include apps/nn/local.mk
