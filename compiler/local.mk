# gc-cc. The compiler includes only lib/base and lib/circuit; back.mk lists its back half.
include compiler/back.mk

COMPILER_FRONT_SOURCES = \
	compiler/arena.c compiler/arena.h \
	compiler/ast.h \
	compiler/bits.c compiler/bits.h \
	compiler/compile.c compiler/compile.h \
	compiler/diag.c compiler/diag.h \
	compiler/entry.c compiler/entry.h \
	compiler/exec.h \
	compiler/exec_builtin.c compiler/exec_call.c compiler/exec_expr.c compiler/exec_stmt.c \
	compiler/exec_warn.c \
	compiler/frame.c \
	compiler/interface_text.c \
	compiler/lex.c compiler/lex.h \
	compiler/memory.c \
	compiler/parse.c compiler/parse.h \
	compiler/parse_decl.c compiler/parse_declarator.c compiler/parse_expr.c \
	compiler/parse_init.c compiler/parse_record.c compiler/parse_refused.c compiler/parse_stmt.c \
	compiler/parse_type.c \
	compiler/pointer.c \
	compiler/sema.c compiler/sema.h \
	compiler/source.c compiler/source.h \
	compiler/types.c compiler/types.h \
	compiler/value.c compiler/value.h \
	compiler/word.c compiler/word.h \
	compiler/word_array.c compiler/word_bound.c compiler/word_compute.c \
	compiler/word_cost.c compiler/word_cost.h compiler/word_logic.c compiler/word_node.h \
	compiler/word_pieces.c compiler/word_simplify.c

noinst_LTLIBRARIES += libcompiler.la
libcompiler_la_SOURCES = $(COMPILER_FRONT_SOURCES) $(COMPILER_BACK_SOURCES)

bin_PROGRAMS += gc-cc
gc_cc_SOURCES = compiler/gc-cc.c \
	compiler/check.c compiler/check.h \
	compiler/check_host.c compiler/check_host.h \
	compiler/check_value.c compiler/check_value.h \
	compiler/explain.c compiler/explain.h \
	compiler/host.c compiler/host.h \
	compiler/options.c compiler/options.h \
	compiler/output.c compiler/output.h \
	compiler/preprocess.c compiler/preprocess.h \
	compiler/status.c compiler/status.h \
	$(SEAM_SOURCES)
gc_cc_CPPFLAGS = $(AM_CPPFLAGS) -DGC_CC_INCLUDE_DIR='"$(gccincludedir)"'
gc_cc_LDADD = libcompiler.la libsotto_core.la -lm

# Our headers: for gc-cc in a folder of their own, where no other compiler looks; the marks of
# ownership for every compiler, too.
gccincludedir = $(pkgdatadir)/include
dist_gccinclude_DATA = \
	compiler/include/assert.h \
	compiler/include/inttypes.h \
	compiler/include/limits.h \
	compiler/include/math.h \
	compiler/include/sotto-circuit.h \
	compiler/include/stdbool.h \
	compiler/include/stddef.h \
	compiler/include/stdint.h \
	compiler/include/stdio.h \
	compiler/include/stdlib.h \
	compiler/include/string.h
include_HEADERS += compiler/include/sotto-circuit.h

# gc-cc finds them beside itself before it is installed.
noinst_DATA = gc-cc-include/stamp
gc-cc-include/stamp: $(dist_gccinclude_DATA)
	@$(MKDIR_P) gc-cc-include
	@for header in $(dist_gccinclude_DATA); do \
		cp "$(srcdir)/$$header" gc-cc-include/ || exit 1; \
	done
	@touch $@
clean-local:
	rm -rf gc-cc-include

COMPILER_TESTS = tests/compiler/details.sh tests/compiler/front_refused.sh \
	tests/compiler/language.sh tests/compiler/warnings.sh
TESTS += $(COMPILER_TESTS)
EXTRA_DIST += $(COMPILER_TESTS) tests/compiler/dialect \
	tests/compiler/language tests/compiler/wide.py

# The table of recipes for functions of five variables is made, and proved, by mc_generate.
check_PROGRAMS += compiler/mc_generate
compiler_mc_generate_SOURCES = compiler/mc_generate.c
compiler_mc_generate_LDADD = libcompiler.la

check_PROGRAMS += tests/compiler/circuit_tool
tests_compiler_circuit_tool_LDADD = libcompiler.la libsotto_test.la -lm
