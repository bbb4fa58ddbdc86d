# The tests of gc-nn.
NN_UNIT_TESTS =
NN_BATS_TESTS =
NN_SCRIPT_TESTS =
EXTRA_DIST += tests/nn/conformance.sh tests/nn/conformance.txt
if WITH_NN
NN_SCRIPT_TESTS += tests/nn/conformance.sh
check_PROGRAMS += tests/nn/conformance
tests_nn_conformance_LDADD = libnn.la
endif
