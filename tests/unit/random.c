/*
 * The real source of randomness, lib/base/random.c: linked with it, not with the repeatable one of
 * the other tests.
 */
#include "base/random.h"
#include "tests/support/suite.h"

#include <check.h>
#include <errno.h>
#include <signal.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define LEN 64
#define EXPORTED __attribute__((visibility("default")))

/* What libsodium asks the system by: these take the place of the C library's. */
static bool system_fails;

EXPORTED ssize_t getrandom(void *memory, size_t len, unsigned flags);
EXPORTED int getentropy(void *memory, size_t len);

ssize_t getrandom(void *memory, size_t len, unsigned flags)
{
    if (!system_fails) return syscall(SYS_getrandom, memory, len, flags);
    errno = EIO;
    return -1;
}

int getentropy(void *memory, size_t len)
{
    return getrandom(memory, len, 0) == (ssize_t)len ? 0 : -1;
}

/* What a child draws; the parent's generator has been used before, so that a state would exist. */
static void draw_in_child(uint8_t drawn[LEN])
{
    int ends[2], status = 1;
    pid_t pid;

    ck_assert(pipe(ends) == 0);
    pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        random_bytes(drawn, LEN);
        _exit(write(ends[1], drawn, LEN) == LEN ? 0 : 1);
    }
    close(ends[1]);
    ck_assert_int_eq(read(ends[0], drawn, LEN), LEN);
    close(ends[0]);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, 0);
}

START_TEST(random_differs_across_fork) /* SEC-2 */
{
    uint8_t drawn[6][LEN];

    random_bytes(drawn[0], LEN);
    draw_in_child(drawn[1]);
    random_bytes(drawn[2], LEN);
    draw_in_child(drawn[3]);
    draw_in_child(drawn[4]);
    random_bytes(drawn[5], LEN);
    for (size_t i = 0; i < 6; i++)
        for (size_t k = 0; k < i; k++)
            for (size_t at = 0; at + 8 <= LEN; at += 8)
                ck_assert(memcmp(drawn[i] + at, drawn[k] + at, 8) != 0);
}
END_TEST

/* SEC-2: neither libsodium's nor the environment's settings make it repeat. */
START_TEST(random_has_no_switch)
{
    static const char *const names[] = {"SOTTO_SEED", "RANDOM_SEED", "SEED", "UPDATE_KAT"};
    uint8_t first[LEN], second[LEN];

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) setenv(names[i], "1", 1);
    draw_in_child(first);
    draw_in_child(second);
    ck_assert(memcmp(first, second, LEN) != 0);
}
END_TEST

/* SEC-2: without randomness the process ends before anything can use what was not filled. */
START_TEST(random_ends_the_process_without_the_system)
{
    const struct rlimit no_core = {0, 0};
    uint8_t drawn[LEN];
    int status = 0;
    pid_t pid = fork();

    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        setrlimit(RLIMIT_CORE, &no_core);
        signal(SIGABRT, SIG_DFL);
        system_fails = true;
        random_bytes(drawn, LEN);
        _exit(0);
    }
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFSIGNALED(status));
    ck_assert_int_eq(WTERMSIG(status), SIGABRT);
}
END_TEST

/* Exactly len bytes are filled, and every one of them. */
START_TEST(random_fills_what_was_asked_for)
{
    for (size_t len = 0; len < 40; len++) {
        uint8_t seen[42] = {0};

        for (int round = 0; round < 64; round++) {
            uint8_t bytes[42] = {0};

            random_bytes(bytes + 1, len);
            ck_assert_uint_eq(bytes[0], 0);
            ck_assert_uint_eq(bytes[len + 1], 0);
            for (size_t i = 1; i <= len; i++) seen[i] |= bytes[i];
        }
        for (size_t i = 1; i <= len; i++) ck_assert_uint_ne(seen[i], 0);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("random");
    TCase *tcase = tcase_create("random");

    if (sodium_init() < 0) return EXIT_FAILURE;
    tcase_add_test(tcase, random_differs_across_fork);
    tcase_add_test(tcase, random_has_no_switch);
    tcase_add_test(tcase, random_ends_the_process_without_the_system);
    tcase_add_test(tcase, random_fills_what_was_asked_for);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
