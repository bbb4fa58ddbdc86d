/* Shared helpers of the tests; see support.h. */
#include "tests/support/support.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

struct sotto_context *test_context(void)
{
    struct sotto_context *context;

    if (sotto_context_new(&context, NULL) != SOTTO_OK) {
        fprintf(stderr, "cannot make a context\n");
        abort();
    }
    return context;
}

void test_run_both(void *(*one)(void *), void *a, void *(*other)(void *), void *b)
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, other, b) != 0) abort();
    (void)one(a);
    if (pthread_join(thread, NULL) != 0) abort();
}

uint64_t test_next(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

char *test_read_file(const char *path, size_t *len)
{
    FILE *file = fopen(path, "rb");
    char *text = NULL;
    size_t at = 0, capacity = 0, got;

    if (file == NULL) return NULL;
    do {
        if (capacity - at < 4096) {
            capacity = 2 * capacity + 8192;
            text = realloc(text, capacity);
            if (text == NULL) abort();
        }
        got = fread(text + at, 1, capacity - at - 1, file);
        at += got;
    } while (got > 0);
    text[at] = '\0';
    fclose(file);
    if (len != NULL) *len = at;
    return text;
}
