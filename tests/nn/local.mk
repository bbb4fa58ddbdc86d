# The tests of gc-nn.
NN_UNIT_TESTS =
NN_BATS_TESTS =
NN_SCRIPT_TESTS =
EXTRA_DIST += tests/nn/conformance.sh tests/nn/conformance.txt
if WITH_NN
NN_SCRIPT_TESTS += tests/nn/conformance.sh
check_PROGRAMS += tests/nn/conformance
tests_nn_conformance_SOURCES = tests/nn/conformance.c $(SEAM_SOURCES)
tests_nn_conformance_CPPFLAGS = $(AM_CPPFLAGS)
tests_nn_conformance_LDADD = $(NN_LDADD)
NN_UNIT_TESTS += tests/unit/nn_layer tests/unit/nn_secure
check_PROGRAMS += $(NN_UNIT_TESTS)
NN_TEST_LDADD = libnn.la libapps.la libcompiler.la libsotto_test.la $(CHECK_LIBS)
tests_unit_nn_layer_LDADD = $(NN_TEST_LDADD)
tests_unit_nn_secure_LDADD = $(NN_TEST_LDADD)
endif
