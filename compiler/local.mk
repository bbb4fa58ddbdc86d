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
	compiler/exec_builtin.c compiler/exec_expr.c compiler/exec_stmt.c \
	compiler/frame.c \
	compiler/interface_text.c \
	compiler/lex.c compiler/lex.h \
	compiler/memory.c \
	compiler/parse.c compiler/parse.h \
	compiler/parse_decl.c compiler/parse_expr.c compiler/parse_init.c compiler/parse_stmt.c \
	compiler/pointer.c \
	compiler/preprocess.c compiler/preprocess.h \
	compiler/sema.c compiler/sema.h \
	compiler/source.c compiler/source.h \
	compiler/types.c compiler/types.h \
	compiler/value.c compiler/value.h \
	compiler/word.c compiler/word.h \
	compiler/word_compute.c compiler/word_node.h compiler/word_simplify.c

noinst_LTLIBRARIES += libcompiler.la
libcompiler_la_SOURCES = $(COMPILER_FRONT_SOURCES) $(COMPILER_BACK_SOURCES)

# Not installed yet: its checks, its manual pages and some of its options are still to come.
noinst_PROGRAMS += gc-cc
gc_cc_SOURCES = compiler/gc-cc.c $(SEAM_SOURCES)
gc_cc_CPPFLAGS = $(AM_CPPFLAGS) -DGC_CC_INCLUDE_DIR='"$(abs_top_srcdir)/compiler/include"'
gc_cc_LDADD = libcompiler.la libsotto_core.la -lm

EXTRA_DIST += compiler/include

check_PROGRAMS += tests/compiler/front_run
tests_compiler_front_run_LDADD = libcompiler.la libsotto_test.la -lm
TESTS += tests/compiler/front_refused.sh

# The table of recipes for functions of five variables is made, and proved, by mc_generate.
check_PROGRAMS += compiler/mc_generate
compiler_mc_generate_SOURCES = compiler/mc_generate.c
compiler_mc_generate_LDADD = libcompiler.la

check_PROGRAMS += tests/compiler/circuit_tool
tests_compiler_circuit_tool_LDADD = libcompiler.la libsotto_test.la -lm
EXTRA_DIST += tests/compiler/front_refused.sh tests/compiler/differential
