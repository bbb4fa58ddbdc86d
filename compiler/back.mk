# The back half of the compiler: words to the smallest Boolean circuits.
COMPILER_BACK_SOURCES = \
	compiler/arith.c compiler/arith.h \
	compiler/divide.c compiler/divide.h \
	compiler/graph.c compiler/graph.h \
	compiler/multiply.c compiler/multiply.h \
	compiler/shift.c compiler/shift.h \
	compiler/sums.c compiler/sums.h
