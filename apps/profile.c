/* The figures of gc-bench that predictions use; see profile.h. */
#include "profile.h"

#include "json.h"

#include <stdlib.h>
#include <string.h>

/* Rows of gc-bench and what they are here. */
static const struct {
    const char *name;
    size_t member; /* of struct profile */
    double unit;
} wanted[] = {
    {"two parties, TLS, one comparison", offsetof(struct profile, start_seconds), 1e-3},
    {"two parties, TLS, x y + x chained", offsetof(struct profile, and_rate), 1e6},
    {"two parties, TLS, 1000 x y + x at once", offsetof(struct profile, many_rate), 1e6},
};
#define N_WANTED (sizeof wanted / sizeof wanted[0])

struct row {
    char name[96];
    double median;
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
    if (strcmp(key->data, "median") != 0) return json_value(json, &value);
    if (!json_token(json, &value) || value.len >= sizeof number) return false;
    memcpy(number, value.text, value.len);
    number[value.len] = '\0';
    row->median = strtod(number, NULL);
    return true;
}

/* row := "{" member { "," member } "}" */
static bool read_row(struct json *json, struct profile *profile)
{
    struct row row = {.median = 0};
    struct buffer key = {0};
    bool fine = json_take(json, '{');

    while (fine) {
        fine = read_member(json, &key, &row);
        if (fine && json_take(json, '}')) break;
        fine = fine && json_take(json, ',');
    }
    for (size_t i = 0; fine && i < N_WANTED; i++)
        if (strcmp(row.name, wanted[i].name) == 0)
            *(double *)(void *)((char *)profile + wanted[i].member) = row.median * wanted[i].unit;
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

int profile_load(struct report *report, struct profile *profile, const char *path)
{
    struct profile made = {.start_seconds = 0};
    struct buffer text = {0};
    struct json json;
    int status = buffer_load(report, &text, path);

    if (status == STATUS_OK) {
        json = json_over(text.data != NULL ? text.data : "", text.len);
        if (!read_file(&json, &made) || made.start_seconds <= 0 || made.and_rate <= 0 ||
            made.many_rate <= 0) {
            status = report_fail(report, STATUS_INPUT, "%s is not a profile", path);
            report_hint(report, "gc-bench --json -o FILE makes one");
        }
    }
    buffer_free(&text);
    if (status == STATUS_OK) *profile = made;
    return status;
}

double profile_predict(const struct profile *profile, uint64_t n_and, uint64_t n_instances,
                       double bytes, double bits_per_second, double round_trips, double rtt_seconds)
{
    double rate = n_instances >= PROFILE_MANY ? profile->many_rate : profile->and_rate;
    double computing = (double)n_and / rate, sending = 8 * bytes / bits_per_second;

    return profile->start_seconds + round_trips * rtt_seconds +
           (computing > sending ? computing : sending);
}
