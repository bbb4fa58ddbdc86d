CIRCUIT_SOURCES = \
	lib/circuit/bristol.h \
	lib/circuit/bristol_line.c \
	lib/circuit/bristol_read.c \
	lib/circuit/bristol_write.c \
	lib/circuit/builder.c lib/circuit/builder.h \
	lib/circuit/circuit.c lib/circuit/circuit.h \
	lib/circuit/evaluate.c \
	lib/circuit/interface.c lib/circuit/interface.h \
	lib/circuit/interface_read.c \
	lib/circuit/schedule.c lib/circuit/schedule.h lib/circuit/schedule_use.c \
	lib/circuit/slots.c lib/circuit/slots.h \
	lib/circuit/source.h \
	lib/circuit/split.c lib/circuit/split.h \
	lib/circuit/text.c lib/circuit/text.h \
	lib/circuit/wiremap.h
