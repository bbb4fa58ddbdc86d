PROTO_SOURCES = \
	lib/proto/cost.c \
	lib/proto/evaluator.c \
	lib/proto/garbler.c \
	lib/proto/gates.c \
	lib/proto/hello.c lib/proto/hello.h \
	lib/proto/mixed.c lib/proto/mixed.h \
	lib/proto/mixed_circuit.c \
	lib/proto/mixed_finals.c lib/proto/mixed_finals.h \
	lib/proto/mixed_linear.c \
	lib/proto/ot.c lib/proto/ot.h \
	lib/proto/ot_base.c lib/proto/ot_base.h \
	lib/proto/ot_choice.c lib/proto/ot_choice.h \
	lib/proto/ot_direct.c lib/proto/ot_direct.h \
	lib/proto/ot_io.c lib/proto/ot_io.h \
	lib/proto/ot_rows.c \
	lib/proto/ot_setup.c \
	lib/proto/party.c lib/proto/party.h \
	lib/proto/plan.c lib/proto/plan.h \
	lib/proto/session.c \
	lib/proto/stream.c lib/proto/stream.h \
	lib/proto/speed.c \
	lib/proto/tables.c lib/proto/tables.h
