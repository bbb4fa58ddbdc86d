# The back half of the compiler: words to the smallest Boolean circuits.
COMPILER_BACK_SOURCES = \
	compiler/anf.c compiler/anf.h \
	compiler/arith.c compiler/arith.h \
	compiler/divide.c compiler/divide.h \
	compiler/emit.c compiler/emit.h \
	compiler/float.c compiler/float.h compiler/float_parts.h \
	compiler/float_add.c \
	compiler/float_convert.c \
	compiler/graph.c compiler/graph.h \
	compiler/lower.c compiler/lower.h compiler/lower_node.h \
	compiler/lower_operation.c \
	compiler/lower_sum.c \
	compiler/multiply.c compiler/multiply.h \
	compiler/order.c compiler/order.h \
	compiler/sbox.c compiler/sbox.h \
	compiler/shift.c compiler/shift.h \
	compiler/sums.c compiler/sums.h \
	compiler/table.c compiler/table.h
