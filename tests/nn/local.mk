# The tests of gc-nn.
NN_UNIT_TESTS =
NN_BATS_TESTS =
NN_SCRIPT_TESTS =
EXTRA_DIST += tests/nn/conformance.sh tests/nn/conformance.txt tests/nn/exact.sh \
	tests/cli/nn.bats tests/cli/nn_peer.bats tests/bench/nn_wan.sh
if WITH_NN
NN_SCRIPT_TESTS += tests/nn/conformance.sh tests/nn/exact.sh
# Under sanitizers a row takes several times as long, and the next one goes the same way.
if WITH_SANITIZERS
AM_TESTS_ENVIRONMENT += FEW_ROWS=yes; export FEW_ROWS;
endif
NN_BATS_TESTS += tests/cli/nn.bats tests/cli/nn_peer.bats
check_PROGRAMS += tests/nn/conformance tests/nn/make_rows
tests_nn_make_rows_SOURCES = tests/nn/make_rows.c $(SEAM_SOURCES)
tests_nn_make_rows_CPPFLAGS = $(AM_CPPFLAGS)
tests_nn_make_rows_LDADD = $(NN_LDADD)
tests_nn_conformance_SOURCES = tests/nn/conformance.c $(SEAM_SOURCES)
tests_nn_conformance_CPPFLAGS = $(AM_CPPFLAGS)
tests_nn_conformance_LDADD = $(NN_LDADD)
if HAVE_CHECK
NN_UNIT_TESTS += tests/nn/import tests/nn/network tests/nn/rows tests/unit/nn_layer \
	tests/unit/nn_secure
endif
NN_TEST_LDADD = libnn.la libapps.la libcompiler.la libsotto_test.la $(CHECK_LIBS)
tests_unit_nn_layer_LDADD = $(NN_TEST_LDADD)
tests_unit_nn_secure_LDADD = $(NN_TEST_LDADD)
NN_BUILD = tests/nn/build.c tests/nn/build.h
tests_nn_import_SOURCES = tests/nn/import.c $(NN_BUILD)
tests_nn_import_CPPFLAGS = $(AM_CPPFLAGS) $(PROTOBUF_C_CFLAGS)
tests_nn_import_LDADD = $(NN_TEST_LDADD)
tests_nn_network_SOURCES = tests/nn/network.c $(NN_BUILD)
tests_nn_network_CPPFLAGS = $(AM_CPPFLAGS) $(PROTOBUF_C_CFLAGS)
tests_nn_network_LDADD = $(NN_TEST_LDADD)
tests_nn_rows_LDADD = $(NN_TEST_LDADD)

check_PROGRAMS += tests/fuzz/fuzz_gcnn tests/fuzz/fuzz_onnx
tests_fuzz_fuzz_gcnn_SOURCES = tests/fuzz/fuzz_gcnn.c
tests_fuzz_fuzz_gcnn_LDADD = $(NN_TEST_LDADD)
tests_fuzz_fuzz_onnx_SOURCES = tests/fuzz/fuzz_onnx.c
tests_fuzz_fuzz_onnx_LDADD = $(NN_TEST_LDADD)
if WITH_FUZZERS
tests_fuzz_fuzz_gcnn_LDFLAGS = -fsanitize=fuzzer
tests_fuzz_fuzz_onnx_LDFLAGS = -fsanitize=fuzzer
else
tests_fuzz_fuzz_gcnn_SOURCES += tests/fuzz/replay.c
tests_fuzz_fuzz_onnx_SOURCES += tests/fuzz/replay.c
endif
endif
EXTRA_DIST += tests/fuzz/corpus-gcnn tests/fuzz/corpus-onnx
