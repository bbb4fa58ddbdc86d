/* How every unit test program ends: its suite is run and its verdict becomes the exit status. */
#ifndef SOTTO_TESTS_SUITE_H
#define SOTTO_TESTS_SUITE_H

#include <check.h>
#include <stdlib.h>

#undef fail /* Check's old name for its own; in the tests it is the library's */

static inline int run_suite(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    int n_failed;

    srunner_run_all(runner, CK_ENV);
    n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
