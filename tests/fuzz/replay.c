/* Runs a fuzz target over files, for builds without a fuzzing engine: one test for each file. */
#include "tests/support/support.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t data_len);

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        size_t len;
        char *text = test_read_file(argv[i], &len);

        if (text == NULL) {
            fprintf(stderr, "replay: cannot read %s\n", argv[i]);
            return EXIT_FAILURE;
        }
        LLVMFuzzerTestOneInput((const uint8_t *)text, len);
        free(text);
    }
    return EXIT_SUCCESS;
}
