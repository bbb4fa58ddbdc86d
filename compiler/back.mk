# The back half of the compiler: words to the smallest Boolean circuits.
COMPILER_BACK_SOURCES = \
	compiler/affine_class.c compiler/affine_class.h \
	compiler/anf.c compiler/anf.h \
	compiler/arith.c compiler/arith.h \
	compiler/cuts.c compiler/cuts.h \
	compiler/divide.c compiler/divide.h \
	compiler/emit.c compiler/emit.h \
	compiler/float.c compiler/float.h compiler/float_parts.h \
	compiler/float_add.c \
	compiler/float_convert.c \
	compiler/float_divide.c \
	compiler/float_multiply.c \
	compiler/float_narrow.c \
	compiler/graph.c compiler/graph.h \
	compiler/loop_cost.c compiler/loop_cost.h \
	compiler/lower.c compiler/lower.h compiler/lower_node.h \
	compiler/lower_operation.c \
	compiler/lower_sum.c \
	compiler/mc.c compiler/mc.h compiler/mc_classes.c compiler/mc_classes.h \
	compiler/multiply.c compiler/multiply.h \
	compiler/order.c compiler/order.h \
	compiler/pass.c compiler/pass.h compiler/pass_cuts.c compiler/pass_forms.c \
	compiler/pass_pairs.c \
	compiler/recipe.c compiler/recipe.h \
	compiler/references.c compiler/references.h \
	compiler/sbox.c compiler/sbox.h \
	compiler/shift.c compiler/shift.h \
	compiler/sums.c compiler/sums.h \
	compiler/table.c compiler/table.h \
	compiler/truth.h
