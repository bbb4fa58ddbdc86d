/* The figures of gc-bench that predictions use; see profile.h. */
#include "profile.h"

#include "json.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define AT(member) offsetof(struct profile, member)

/* Rows of gc-bench and what they are here. */
static const struct {
    const char *name;
    size_t member; /* of struct profile */
    double unit;
} wanted[] = {
    {"garble independent ANDs", AT(one[0].independent), 1e6},
    {"garble dependent ANDs", AT(one[0].dependent), 1e6},
    {"garble 16 XORs an AND", AT(one[0].mixed), 1e6},
    {"garble 32-bit x y + x", AT(one[0].multiply), 1e6},
    {"evaluate independent ANDs", AT(one[1].independent), 1e6},
    {"evaluate dependent ANDs", AT(one[1].dependent), 1e6},
    {"evaluate 16 XORs an AND", AT(one[1].mixed), 1e6},
    {"evaluate 32-bit x y + x", AT(one[1].multiply), 1e6},
    {"garble many x independent ANDs", AT(many[0].independent), 1e6},
    {"garble many x dependent ANDs", AT(many[0].dependent), 1e6},
    {"garble many x 16 XORs an AND", AT(many[0].mixed), 1e6},
    {"garble many x 32-bit x y + x", AT(many[0].multiply), 1e6},
    {"evaluate many x independent ANDs", AT(many[1].independent), 1e6},
    {"evaluate many x dependent ANDs", AT(many[1].dependent), 1e6},
    {"evaluate many x 16 XORs an AND", AT(many[1].mixed), 1e6},
    {"evaluate many x 32-bit x y + x", AT(many[1].multiply), 1e6},
    {"two parties, plain, one comparison", AT(start_seconds[0]), 1e-3},
    {"two parties, TLS, one comparison", AT(start_seconds[1]), 1e-3},
    {"two parties, plain, one comparison, IKNP", AT(extension_seconds[0]), 1e-3},
    {"two parties, TLS, one comparison, IKNP", AT(extension_seconds[1]), 1e-3},
    {"two parties, plain, x y + x chained", AT(chained[0]), 1e6},
    {"two parties, TLS, x y + x chained", AT(chained[1]), 1e6},
    {"two parties, plain, 1000 x y + x at once", AT(at_once[0]), 1e6},
    {"two parties, TLS, 1000 x y + x at once", AT(at_once[1]), 1e6},
};
#define N_WANTED (sizeof wanted / sizeof wanted[0])

static double *member_of(struct profile *profile, size_t i)
{
    return (double *)(void *)((char *)profile + wanted[i].member);
}

struct row {
    char name[96];
    double middle;
};

/* member := string ":" value */
static bool read_member(struct json *json, struct buffer *key, struct row *row)
{
    struct slice value;
    char number[64];

    if (!json_string(json, key) || !json_take(json, ':')) return false;
    if (strcmp(key->data, "name") == 0) {
        if (!json_string(json, key)) return false;
        snprintf(row->name, sizeof row->name, "%s", key->data);
        return true;
    }
    if (strcmp(key->data, "middle") != 0) return json_value(json, &value);
    if (!json_token(json, &value) || value.len >= sizeof number) return false;
    memcpy(number, value.text, value.len);
    number[value.len] = '\0';
    row->middle = strtod(number, NULL);
    return true;
}

/* row := "{" member { "," member } "}" */
static bool read_row(struct json *json, struct profile *profile)
{
    struct row row = {.middle = 0};
    struct buffer key = {0};
    bool fine = json_take(json, '{');

    while (fine) {
        fine = read_member(json, &key, &row);
        if (fine && json_take(json, '}')) break;
        fine = fine && json_take(json, ',');
    }
    for (size_t i = 0; fine && i < N_WANTED; i++)
        if (strcmp(row.name, wanted[i].name) == 0)
            *member_of(profile, i) = row.middle * wanted[i].unit;
    buffer_free(&key);
    return fine;
}

/* rows := "[" row { "," row } "]" */
static bool read_rows(struct json *json, struct profile *profile)
{
    if (!json_take(json, '[')) return false;
    do {
        if (!read_row(json, profile)) return false;
    } while (json_take(json, ','));
    return json_take(json, ']');
}

/* file := "{" string ":" value { "," string ":" value } "}" */
static bool read_file(struct json *json, struct profile *profile)
{
    struct buffer key = {0};
    struct slice value;
    bool fine = json_take(json, '{');

    while (fine) {
        fine = json_string(json, &key) && json_take(json, ':');
        if (fine && strcmp(key.data, "rows") == 0) fine = read_rows(json, profile);
        else fine = fine && json_value(json, &value);
        if (fine && json_take(json, '}')) break;
        fine = fine && json_take(json, ',');
    }
    buffer_free(&key);
    return fine;
}

static bool is_whole(struct profile *profile)
{
    for (size_t i = 0; i < N_WANTED; i++)
        if (!(*member_of(profile, i) > 0)) return false;
    return true;
}

int profile_load(struct report *report, struct profile *profile, const char *path)
{
    struct profile made = {.start_seconds = {0, 0}};
    struct buffer text = {0};
    struct json json;
    int status = buffer_load(report, &text, path);

    if (status == STATUS_OK) {
        json = json_over(text.data != NULL ? text.data : "", text.len);
        if (!read_file(&json, &made) || !is_whole(&made)) {
            status = report_fail(report, STATUS_INPUT, "%s is not a profile", path);
            report_hint(report, "gc-bench --json -o FILE makes one");
        }
    }
    buffer_free(&text);
    if (status == STATUS_OK) *profile = made;
    return status;
}

/* ----------------------------------------------------------------------------------- the model */

static double larger(double a, double b)
{
    return a > b ? a : b;
}

/* Seconds of an XOR, from the circuit that has 16 of them with each AND. */
static double xor_seconds(const struct profile_rates *rates)
{
    return larger(0, (1 / rates->mixed - 1 / rates->independent) / 16);
}

/* Seconds of one instance in memory. A call of a kernel for one AND takes what a dependent AND
 * does, one for eight what eight independent ones do, and those between lie on a line. */
static double one_seconds(const struct profile_rates *rates, const sotto_circuit_stats *stats)
{
    double alone = larger(0, 1 / rates->dependent - xor_seconds(rates));
    double eight = 8 / rates->independent;
    double seconds = (double)stats->n_xor_run * xor_seconds(rates);

    for (unsigned n = 1; n <= 8; n++) {
        double call = alone + (n - 1) * (eight - alone) / 7;

        seconds += (double)stats->n_batched[n - 1] / n * call;
    }
    return seconds;
}

/* Of many instances lanes are full whatever the circuit's width is. */
static double many_seconds(const struct profile_rates *rates, const sotto_circuit_stats *stats)
{
    return (double)stats->n_and_garbled / rates->independent +
           (double)stats->n_xor_run * xor_seconds(rates);
}

/* Seconds an AND for which sending and receiving keep a processor: what a run of two parties takes
 * longer than its slower party alone. */
static double passing_seconds(double rate, const struct profile_rates sides[2])
{
    return larger(0, 1 / rate - larger(1 / sides[0].multiply, 1 / sides[1].multiply));
}

/* Base OTs of the two comparisons. */
#define FEW_BASE_OTS 32
#define MANY_BASE_OTS 128

/* Seconds of a start with so many base OTs, each of which takes as long as the next. */
static double start_of(const struct profile *profile, bool with_tls, unsigned n_base_ots)
{
    double few = profile->start_seconds[with_tls], many = profile->extension_seconds[with_tls];
    double each = larger(0, many - few) / (MANY_BASE_OTS - FEW_BASE_OTS);

    return larger(0, few + each * ((double)n_base_ots - FEW_BASE_OTS));
}

double profile_predict(const struct profile *profile, const struct profile_run *run)
{
    const sotto_circuit_stats *stats = run->stats;
    uint64_t n = run->n_instances > 0 ? run->n_instances : 1;
    double n_many = (double)(n - n % PROFILE_MANY), n_one = (double)(n % PROFILE_MANY);
    double computing[2], passing, sending = 8 * run->bytes / run->bits_per_second;

    for (size_t side = 0; side < 2; side++)
        computing[side] = n_one * one_seconds(&profile->one[side], stats) +
                          n_many * many_seconds(&profile->many[side], stats);
    passing = (double)stats->n_and_garbled *
              (n_one * passing_seconds(profile->chained[run->with_tls], profile->one) +
               n_many * passing_seconds(profile->at_once[run->with_tls], profile->many));
    return start_of(profile, run->with_tls, run->n_base_ots) + run->wait_seconds +
           larger(larger(computing[0], computing[1]) + passing, sending);
}
