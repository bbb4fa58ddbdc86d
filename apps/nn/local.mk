# gc-nn. Built when protobuf-c and ONNX's messages are there.
if WITH_NN
# What protoc-c writes is not ours to keep free of warnings: a library of its own.
noinst_LTLIBRARIES += libonnx.la libnn.la
nodist_libonnx_la_SOURCES = apps/nn/onnx.pb-c.c apps/nn/onnx.pb-c.h
libonnx_la_CPPFLAGS = $(PROTOBUF_C_CFLAGS)
libonnx_la_CFLAGS =
libonnx_la_LIBADD = $(PROTOBUF_C_LIBS)
BUILT_SOURCES += apps/nn/onnx.pb-c.h
CLEANFILES += apps/nn/onnx.proto apps/nn/onnx.pb-c.c apps/nn/onnx.pb-c.h

libnn_la_SOURCES = \
	apps/nn/data.c apps/nn/data.h \
	apps/nn/encode.c \
	apps/nn/file.c apps/nn/file.h \
	apps/nn/gcnn.h apps/nn/gcnn_read.c apps/nn/gcnn_write.c \
	apps/nn/graph.c apps/nn/graph.h \
	apps/nn/layer.c apps/nn/layer.h \
	apps/nn/lower.c apps/nn/lower.h \
	apps/nn/lower_linear.c \
	apps/nn/names.c apps/nn/names.h \
	apps/nn/net.c apps/nn/net.h \
	apps/nn/net_run.c \
	apps/nn/npy.c \
	apps/nn/onnx.c apps/nn/onnx.h \
	apps/nn/onnx_wire.c apps/nn/onnx_wire.h \
	apps/nn/ops.c apps/nn/ops.h \
	apps/nn/ops_constant.c \
	apps/nn/ops_matrix.c \
	apps/nn/ops_move.c \
	apps/nn/ops_window.c \
	apps/nn/party.c apps/nn/party.h \
	apps/nn/quantise.c apps/nn/quantise.h apps/nn/quantiser.h \
	apps/nn/scales.c \
	apps/nn/plan.c apps/nn/plan.h \
	apps/nn/secure.c apps/nn/secure.h \
	apps/nn/symbol.c apps/nn/symbol.h \
	apps/nn/tensor.c apps/nn/tensor.h
libnn_la_CPPFLAGS = $(AM_CPPFLAGS) $(PROTOBUF_C_CFLAGS)
libnn_la_LIBADD = libonnx.la -lm

# Layers are compiled when they are needed, so the compiler and what it stands on come along.
NN_LDADD = libnn.la libapps.la libcompiler.la libsotto_core.la

bin_PROGRAMS += gc-nn
gc_nn_SOURCES = apps/nn/gc-nn.c \
	apps/nn/command.c apps/nn/command.h \
	apps/nn/command_bench.c \
	apps/nn/command_check.c \
	apps/nn/command_clear.c \
	apps/nn/command_layer.c \
	apps/nn/command_quantize.c \
	apps/nn/command_query.c \
	apps/nn/command_serve.c \
	apps/nn/peer.c apps/nn/peer.h
gc_nn_SOURCES += $(SEAM_SOURCES)
gc_nn_CPPFLAGS = $(AM_CPPFLAGS)
gc_nn_LDADD = $(NN_LDADD)
dist_bashcompletion_DATA += apps/completions/gc-nn
dist_zshcompletion_DATA += apps/completions/_gc-nn
dist_fishcompletion_DATA += apps/completions/gc-nn.fish
endif

apps/nn/onnx.pb-c.c: $(ONNX_PROTO)
	@$(MKDIR_P) apps/nn
	$(AM_V_GEN)cp '$(ONNX_PROTO)' apps/nn/onnx.proto && \
		$(PROTOC_C) --proto_path=apps/nn --c_out=apps/nn onnx.proto
apps/nn/onnx.pb-c.h: apps/nn/onnx.pb-c.c
	@test -e $@ || { rm -f apps/nn/onnx.pb-c.c && $(MAKE) $(AM_MAKEFLAGS) apps/nn/onnx.pb-c.c; }
if WITH_NN
# For who makes gc-nn alone.
$(libnn_la_OBJECTS): | apps/nn/onnx.pb-c.h
endif

EXTRA_DIST += apps/completions/gc-nn apps/completions/_gc-nn apps/completions/gc-nn.fish apps/nn/models
