/* The input values of a party, from the command line, the environment and files. */
#ifndef SOTTO_APPS_INPUTS_H
#define SOTTO_APPS_INPUTS_H

#include "cli.h"

/** Stands for both parties: the inputs of either are taken. */
#define PARTY_BOTH (-1)

struct inputs_request {
    const sotto_interface *interface;
    int party;                     /**< a sotto_role, or PARTY_BOTH */
    const struct cli_value *given; /**< "name=value", "name=@file", "name=-" */
    const char *file;              /**< CSV, JSON or JSON Lines; may be NULL */
    uint64_t n_instances;          /**< as asked for; 0: not said */
    const sotto_limits *limits;    /**< on instances and memory */
};

/** Bits of the values of a party, for each instance in turn in the circuit's order. */
struct inputs {
    uint8_t *bits;
    size_t bits_len;
    uint64_t n_instances;
    bool is_list; /**< instances were asked for, or a file has rows: results are a list */
};

/** Checks what can be checked without the circuit: "name=value", at most one "-", and none when
 *  stdin_use says what else standard input is (NULL: nothing). */
int inputs_check_usage(struct report *report, const struct cli_value *given, const char *stdin_use);

/** Finds a value for each input of the party. A value that does not come from the file holds for
 *  every instance. Wipes the arguments that it has read. Free inputs in any case. */
int inputs_collect(struct report *report, struct inputs *inputs,
                   const struct inputs_request *request);

/** Picks the bits of one party out of those of both. */
int inputs_of_role(struct report *report, struct inputs *part, const struct inputs *both,
                   const sotto_interface *interface, sotto_role role);

/** Wipes the bits; the number of instances stays. */
void inputs_wipe(struct inputs *inputs);

void inputs_free(struct inputs *inputs);

#endif
