# The tests of gc-nn.
NN_UNIT_TESTS =
NN_BATS_TESTS =
NN_SCRIPT_TESTS =
EXTRA_DIST += tests/nn/conformance.sh tests/nn/conformance.txt tests/cli/nn.bats
if WITH_NN
NN_SCRIPT_TESTS += tests/nn/conformance.sh
NN_BATS_TESTS += tests/cli/nn.bats
check_PROGRAMS += tests/nn/conformance
tests_nn_conformance_LDADD = libnn.la
if HAVE_CHECK
NN_UNIT_TESTS += tests/nn/import tests/nn/network tests/nn/rows
endif
NN_BUILD = tests/nn/build.c tests/nn/build.h
tests_nn_import_SOURCES = tests/nn/import.c $(NN_BUILD)
tests_nn_import_CPPFLAGS = $(AM_CPPFLAGS) $(PROTOBUF_C_CFLAGS)
tests_nn_import_LDADD = libnn.la $(CHECK_LIBS)
tests_nn_network_SOURCES = tests/nn/network.c $(NN_BUILD)
tests_nn_network_CPPFLAGS = $(AM_CPPFLAGS) $(PROTOBUF_C_CFLAGS)
tests_nn_network_LDADD = libnn.la $(CHECK_LIBS)
tests_nn_rows_LDADD = libnn.la $(CHECK_LIBS)

check_PROGRAMS += tests/fuzz/fuzz_gcnn tests/fuzz/fuzz_onnx
tests_fuzz_fuzz_gcnn_SOURCES = tests/fuzz/fuzz_gcnn.c
tests_fuzz_fuzz_gcnn_LDADD = libnn.la
tests_fuzz_fuzz_onnx_SOURCES = tests/fuzz/fuzz_onnx.c
tests_fuzz_fuzz_onnx_LDADD = libnn.la
if WITH_FUZZERS
tests_fuzz_fuzz_gcnn_LDFLAGS = -fsanitize=fuzzer
tests_fuzz_fuzz_onnx_LDFLAGS = -fsanitize=fuzzer
else
tests_fuzz_fuzz_gcnn_SOURCES += tests/fuzz/replay.c
tests_fuzz_fuzz_gcnn_LDADD += libsotto_test.la
tests_fuzz_fuzz_onnx_SOURCES += tests/fuzz/replay.c
tests_fuzz_fuzz_onnx_LDADD += libsotto_test.la
endif
endif
EXTRA_DIST += tests/fuzz/corpus-gcnn tests/fuzz/corpus-onnx
