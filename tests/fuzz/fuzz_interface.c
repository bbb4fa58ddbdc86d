/* Interfaces from hostile JSON, for a circuit with values of several widths. */
#include "circuit/interface.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t data_len);

static const char circuit_text[] = "0 69\n3 24 37 8\n1 45\n";

/* The reader takes a path only: a file that is nowhere but in memory. */
static sotto_err load(sotto_context *context, sotto_interface **interface,
                      const sotto_circuit *circuit, const uint8_t *data, size_t data_len)
{
    int file = memfd_create("fuzz", MFD_CLOEXEC);
    char path[32];
    sotto_err err;

    if (file < 0 || (data_len > 0 && write(file, data, data_len) != (ssize_t)data_len)) abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    err = sotto_interface_load(context, interface, circuit, path);
    close(file);
    return err;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t data_len)
{
    sotto_context *context;
    sotto_circuit *circuit;
    sotto_interface *interface;
    uint8_t digest[32];

    if (sotto_context_new(&context, NULL) != SOTTO_OK) abort();
    if (sotto_circuit_parse(context, &circuit, "circuit", circuit_text, sizeof circuit_text - 1) !=
        SOTTO_OK)
        abort();
    if (load(context, &interface, circuit, data, data_len) == SOTTO_OK) {
        uint64_t bits = sotto_interface_role_bits(interface, SOTTO_GARBLER) +
                        sotto_interface_role_bits(interface, SOTTO_EVALUATOR);

        if (bits != circuit->n_input_wires) abort();
        interface_digest(digest, interface);
        sotto_interface_free(interface);
    } else if (sotto_context_message(context)[0] == '\0') {
        abort();
    }
    sotto_circuit_free(circuit);
    sotto_context_free(context);
    return 0;
}
