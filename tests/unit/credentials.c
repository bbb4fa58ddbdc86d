/* Credential files: made, read, refused. */
#include "net/credentials.h"

#include "base/memory.h"
#include "tests/support/suite.h"
#include "tests/support/support.h"

#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64];
static struct sotto_context *context;

static void set_up(void)
{
    snprintf(folder, sizeof folder, "/tmp/sotto-credentials-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
    context = test_context();
}

static void tear_down(void)
{
    char command[128];

    sotto_context_free(context);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    ck_assert_int_eq(system(command), 0);
}

static void write_text(const char *path, const char *text, size_t text_len, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, text_len), (ssize_t)text_len);
    ck_assert_int_eq(fchmod(fd, mode), 0);
    close(fd);
}

#define ck_assert_said(text, part)                                                                 \
    ck_assert_msg(strstr((text), (part)) != NULL, "no '%s' in: %s", (part), (text))

/* The key of RFC 8032, 7.1, test 1, as seed and public key. */
#define SEED_DIGITS "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"
#define PUBLIC_DIGITS "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
#define SECRET_LINE "sotto-secret-ed25519:" SEED_DIGITS
#define PUBLIC_LINE "sotto-ed25519:" PUBLIC_DIGITS
#define PSK_LINE "sotto-psk:" SEED_DIGITS

/* -------------------------------------------------------------------------------- making -- */

START_TEST(an_identity_is_made_and_read_back)
{
    char made[SOTTO_PUBLIC_KEY_SIZE], read_back[SOTTO_PUBLIC_KEY_SIZE];
    struct stat status;
    mode_t saved = umask(_i == 0 ? 0 : 0177);
    char *text;

    ck_assert_int_eq(sotto_identity_create(context, made, "id"), SOTTO_OK);
    umask(saved);
    ck_assert_uint_eq(strlen(made), SOTTO_PUBLIC_KEY_SIZE - 1);
    ck_assert_int_eq(strncmp(made, "sotto-ed25519:", 14), 0);
    ck_assert_int_eq(lstat("id", &status), 0);
    ck_assert_uint_eq(status.st_mode & 07777, 0600);
    text = test_read_file("id", NULL);
    ck_assert_int_eq(text[0], '#');
    ck_assert_said(text, "\nsotto-secret-ed25519:");
    ck_assert_said(text, made);
    free(text);
    ck_assert_int_eq(sotto_identity_public(context, read_back, "id"), SOTTO_OK);
    ck_assert_str_eq(made, read_back);
}
END_TEST

START_TEST(two_identities_differ)
{
    char one[SOTTO_PUBLIC_KEY_SIZE], other[SOTTO_PUBLIC_KEY_SIZE];

    ck_assert_int_eq(sotto_identity_create(context, one, "one"), SOTTO_OK);
    ck_assert_int_eq(sotto_identity_create(context, other, "other"), SOTTO_OK);
    ck_assert_str_ne(one, other);
}
END_TEST

START_TEST(an_existing_file_is_left_alone)
{
    char key[SOTTO_PUBLIC_KEY_SIZE] = "untouched";
    char *text;

    if (_i == 0) write_text("there", "precious", 8, 0644);
    else ck_assert_int_eq(symlink("nowhere", "there"), 0);
    ck_assert_int_eq(sotto_identity_create(context, key, "there"), SOTTO_ERR_IO);
    ck_assert_said(sotto_context_message(context), "cannot create there: File exists");
    ck_assert_int_eq(sotto_psk_create(context, "there"), SOTTO_ERR_IO);
    ck_assert_str_eq(key, "untouched");
    if (_i == 0) {
        text = test_read_file("there", NULL);
        ck_assert_str_eq(text, "precious");
        free(text);
    }
    ck_assert_int_eq(access("nowhere", F_OK), -1);
}
END_TEST

START_TEST(a_missing_folder_is_an_output_error)
{
    char key[SOTTO_PUBLIC_KEY_SIZE];

    ck_assert_int_eq(sotto_identity_create(context, key, "no/such/id"), SOTTO_ERR_IO);
    ck_assert_int_eq(sotto_psk_create(context, "no/such/psk"), SOTTO_ERR_IO);
}
END_TEST

/* A file that may not grow stands for a full disk. */
START_TEST(a_full_disk_leaves_nothing)
{
    struct rlimit none = {0, 0};
    char key[SOTTO_PUBLIC_KEY_SIZE];

    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &none), 0);
    none.rlim_cur = 10;
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &none), 0);
    ck_assert_int_eq(sotto_identity_create(context, key, "id"), SOTTO_ERR_IO);
    ck_assert_int_eq(sotto_psk_create(context, "psk"), SOTTO_ERR_IO);
    none.rlim_cur = none.rlim_max;
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &none), 0);
    ck_assert_said(sotto_context_message(context), "cannot write psk");
    ck_assert_int_eq(access("id", F_OK), -1);
    ck_assert_int_eq(access("psk", F_OK), -1);
}
END_TEST

START_TEST(a_shared_key_is_made_and_read_back)
{
    sotto_credentials *one, *again;
    struct stat status;

    ck_assert_int_eq(sotto_psk_create(context, "psk"), SOTTO_OK);
    ck_assert_int_eq(lstat("psk", &status), 0);
    ck_assert_uint_eq(status.st_mode & 07777, 0600);
    ck_assert_int_eq(sotto_credentials_psk(context, &one, "psk"), SOTTO_OK);
    ck_assert_int_eq(sotto_credentials_psk(context, &again, "psk"), SOTTO_OK);
    ck_assert_int_eq(one->kind, SOTTO_CREDENTIALS_PSK);
    ck_assert_mem_eq(one->secret, again->secret, sizeof one->secret);
    ck_assert(!sodium_is_zero(one->secret, sizeof one->secret));
    sotto_credentials_free(one);
    sotto_credentials_free(again);
}
END_TEST

START_TEST(a_pair_trusts_each_other)
{
    sotto_credentials *one, *other;

    ck_assert_int_eq(sotto_credentials_pair(context, &one, &other), SOTTO_OK);
    ck_assert_mem_eq(one->public_key, other->peer_key, CREDENTIALS_KEY_LEN);
    ck_assert_mem_eq(other->public_key, one->peer_key, CREDENTIALS_KEY_LEN);
    ck_assert_mem_ne(one->secret, other->secret, CREDENTIALS_KEY_LEN);
    sotto_credentials_free(one);
    sotto_credentials_free(other);
}
END_TEST

/* A child finds the keys that were made before it was. */
START_TEST(a_pair_survives_a_fork)
{
    sotto_credentials *one, *other;
    uint8_t copy[CREDENTIALS_KEY_LEN];
    int status;
    pid_t child;

    ck_assert_int_eq(sotto_credentials_pair(context, &one, &other), SOTTO_OK);
    memcpy(copy, one->secret, sizeof copy);
    child = fork();
    if (child == 0) _exit(memcmp(copy, one->secret, sizeof copy) == 0 ? 0 : 1);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    sotto_credentials_free(one);
    sotto_credentials_free(other);
}
END_TEST

/* ------------------------------------------------------------------------------- reading -- */

static const char *const good_identities[] = {
    SECRET_LINE,
    SECRET_LINE "\n",
    "# comment\n\n" SECRET_LINE "\n# more\n\n",
    "# comment\r\n" SECRET_LINE "\r\n",
};

START_TEST(well_formed_identities_are_read)
{
    char key[SOTTO_PUBLIC_KEY_SIZE];

    write_text("id", good_identities[_i], strlen(good_identities[_i]), 0600);
    ck_assert_int_eq(sotto_identity_public(context, key, "id"), SOTTO_OK);
    ck_assert_str_eq(key, PUBLIC_LINE);
}
END_TEST

static const struct {
    const char *text;
    const char *says;
} bad_identities[] = {
    {"", "no key line"},
    {"# only a comment\n", "no key line"},
    {"\n\n", "no key line"},
    {"hello\n", "right prefix"},
    {" " SECRET_LINE "\n", "right prefix"},
    {"SOTTO-SECRET-ED25519:" SEED_DIGITS "\n", "right prefix"},
    {"sotto-secret-ed25519:\n", "cut short"},
    {"sotto-secret-ed25519:AAAA\n", "cut short"},
    {"sotto-secret-ed25519:nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2\n", "cut short"},
    {SECRET_LINE "=\n", "text follows"},
    {SECRET_LINE " \n", "text follows"},
    {SECRET_LINE SEED_DIGITS "\n", "text follows"},
    {SECRET_LINE "\n" SECRET_LINE "\n", "more than one"},
    {SECRET_LINE "\nx\n", "more than one"},
    {"sotto-secret-ed25519:nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A\n", "wrong digit"},
    {"sotto-secret-ed25519:nWGxne 9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A\n", "wrong digit"},
    {"sotto-secret-ed25519:nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2B\n", "wrong digit"},
    {PUBLIC_LINE "\n", "it holds a public key"},
    {PSK_LINE "\n", "it holds a pre-shared key"},
};

/* SEC-20: what is wrong is told without the content. */
static void check_nothing_told(void)
{
    ck_assert_ptr_null(strstr(sotto_context_message(context), "nWGxne"));
    ck_assert_ptr_null(strstr(sotto_context_hint(context), "nWGxne"));
}

START_TEST(malformed_identities_are_refused)
{
    char key[SOTTO_PUBLIC_KEY_SIZE] = "untouched";

    write_text("id", bad_identities[_i].text, strlen(bad_identities[_i].text), 0600);
    ck_assert_int_eq(sotto_identity_public(context, key, "id"), SOTTO_ERR_INPUT);
    ck_assert_said(sotto_context_message(context), "id is not an identity: ");
    ck_assert_said(sotto_context_message(context), bad_identities[_i].says);
    ck_assert_said(sotto_context_hint(context), "gc-keygen");
    ck_assert_str_eq(key, "untouched");
    check_nothing_told();
}
END_TEST

START_TEST(files_of_bytes_are_refused)
{
    sotto_credentials *credentials = NULL;
    static char noise[8192];
    char zero[sizeof SECRET_LINE] = SECRET_LINE;

    memset(noise, '#', sizeof noise);
    write_text("id", noise, sizeof noise, 0600);
    ck_assert_int_eq(sotto_credentials_psk(context, &credentials, "id"), SOTTO_ERR_INPUT);
    ck_assert_said(sotto_context_message(context), "it is too long");
    zero[30] = '\0';
    write_text("id", zero, sizeof zero - 1, 0600);
    ck_assert_int_eq(sotto_credentials_identity(context, &credentials, "id", PUBLIC_LINE),
                     SOTTO_ERR_INPUT);
    ck_assert_ptr_null(credentials);
}
END_TEST

/* SEC-20: a secret that others can read or write is refused, and how to mend it is said. */
static const mode_t open_modes[] = {0640, 0604, 0660, 0602, 0610, 0644, 0666, 0777};

START_TEST(open_modes_are_refused)
{
    sotto_credentials *credentials = NULL;
    char key[SOTTO_PUBLIC_KEY_SIZE];

    write_text("id", SECRET_LINE, strlen(SECRET_LINE), open_modes[_i]);
    ck_assert_int_eq(sotto_identity_public(context, key, "id"), SOTTO_ERR_INPUT);
    ck_assert_said(sotto_context_message(context), "others may read or write id");
    ck_assert_said(sotto_context_hint(context), "chmod 600 id");
    write_text("psk", PSK_LINE, strlen(PSK_LINE), open_modes[_i]);
    ck_assert_int_eq(sotto_credentials_psk(context, &credentials, "psk"), SOTTO_ERR_INPUT);
    write_text("id", SECRET_LINE, strlen(SECRET_LINE), 0400);
    ck_assert_int_eq(sotto_identity_public(context, key, "id"), SOTTO_OK);
}
END_TEST

START_TEST(what_is_no_regular_file_is_refused)
{
    char key[SOTTO_PUBLIC_KEY_SIZE];

    ck_assert_int_eq(mkfifo("pipe", 0600), 0);
    ck_assert_int_eq(sotto_identity_public(context, key, "pipe"), SOTTO_ERR_INPUT);
    ck_assert_said(sotto_context_message(context), "pipe is not a regular file");
    ck_assert_int_eq(sotto_identity_public(context, key, "."), SOTTO_ERR_INPUT);
    ck_assert_int_eq(sotto_identity_public(context, key, "/dev/null"), SOTTO_ERR_INPUT);
    ck_assert_int_eq(sotto_identity_public(context, key, "missing"), SOTTO_ERR_INPUT);
    ck_assert_said(sotto_context_message(context), "cannot read missing: No such file");
    ck_assert_said(sotto_context_hint(context), "gc-keygen -o FILE");
}
END_TEST

/* ------------------------------------------------------------------------------- the peer -- */

START_TEST(a_peer_is_a_line_or_a_file)
{
    sotto_credentials *credentials;
    static const char *const peers[] = {PUBLIC_LINE, "peer", "./peer"};

    write_text("id", SECRET_LINE, strlen(SECRET_LINE), 0600);
    write_text("peer", "# bob\n" PUBLIC_LINE "\n", strlen("# bob\n" PUBLIC_LINE "\n"), 0644);
    ck_assert_int_eq(sotto_credentials_identity(context, &credentials, "id", peers[_i]), SOTTO_OK);
    ck_assert_int_eq(credentials->kind, SOTTO_CREDENTIALS_IDENTITY);
    ck_assert_mem_eq(credentials->peer_key, credentials->public_key, CREDENTIALS_KEY_LEN);
    sotto_credentials_free(credentials);
}
END_TEST

/* Encodings that are no point, not canonical, or of small order. */
static const char *const bad_peers[] = {
    "sotto-ed25519:",
    "sotto-ed25519:AAAA",
    PUBLIC_LINE " ",
    PUBLIC_LINE "\n",
    PUBLIC_LINE "A",
    "sotto-ed25519:11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURp",
    "sotto-ed25519:11qYAYKxCrfVS+7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    "sotto-ed25519:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "sotto-ed25519:AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "sotto-ed25519:7P_______________________________________38",
    "sotto-ed25519:7f_______________________________________38",
    "sotto-ed25519:AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "missing",
    "id",
    "empty",
};

START_TEST(a_bad_peer_is_refused)
{
    sotto_credentials *credentials = NULL;

    write_text("id", SECRET_LINE, strlen(SECRET_LINE), 0600);
    write_text("empty", "", 0, 0644);
    ck_assert_int_eq(sotto_credentials_identity(context, &credentials, "id", bad_peers[_i]),
                     SOTTO_ERR_INPUT);
    ck_assert_ptr_null(credentials);
    ck_assert_uint_gt(strlen(sotto_context_message(context)), 10);
    check_nothing_told();
}
END_TEST

START_TEST(missing_arguments_are_usage_errors)
{
    sotto_credentials *credentials;

    ck_assert_int_eq(sotto_credentials_identity(context, &credentials, "id", NULL),
                     SOTTO_ERR_USAGE);
    ck_assert_int_eq(sotto_credentials_identity(context, &credentials, NULL, "peer"),
                     SOTTO_ERR_USAGE);
    ck_assert_int_eq(sotto_credentials_psk(context, &credentials, NULL), SOTTO_ERR_USAGE);
    ck_assert_int_eq(sotto_credentials_pair(context, NULL, &credentials), SOTTO_ERR_USAGE);
    ck_assert_int_eq(sotto_psk_create(context, NULL), SOTTO_ERR_USAGE);
    sotto_credentials_free(NULL);
}
END_TEST

/* ------------------------------------------------------------------------ failed allocations -- */

static sotto_err use_everything(void)
{
    sotto_credentials *one, *other;
    char key[SOTTO_PUBLIC_KEY_SIZE];
    sotto_err err = sotto_identity_create(context, key, "new");

    if (err == SOTTO_OK) err = sotto_identity_public(context, key, "new");
    if (err == SOTTO_OK) err = sotto_psk_create(context, "psk");
    if (err == SOTTO_OK) err = sotto_credentials_psk(context, &one, "psk");
    if (err != SOTTO_OK) return err;
    sotto_credentials_free(one);
    write_text("peer", PUBLIC_LINE, strlen(PUBLIC_LINE), 0644);
    err = sotto_credentials_identity(context, &one, "new", "peer");
    if (err != SOTTO_OK) return err;
    sotto_credentials_free(one);
    err = sotto_credentials_pair(context, &one, &other);
    if (err != SOTTO_OK) return err;
    sotto_credentials_free(one);
    sotto_credentials_free(other);
    return SOTTO_OK;
}

START_TEST(failed_allocations_are_reported)
{
    sotto_err err = SOTTO_ERR_MEMORY;

    for (uint64_t n = 1; err != SOTTO_OK; n++) {
        test_heap_fail_at(n);
        err = use_everything();
        test_heap_fail_at(0);
        ck_assert(err == SOTTO_OK || err == SOTTO_ERR_MEMORY);
        unlink("new");
        unlink("psk");
        ck_assert_uint_lt(n, 100);
        ck_assert(n > 5 || err == SOTTO_ERR_MEMORY);
    }
}
END_TEST

#define N_OF(array) (int)(sizeof(array) / sizeof *(array))

static TCase *making_cases(void)
{
    TCase *cases = tcase_create("making");

    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_loop_test(cases, an_identity_is_made_and_read_back, 0, 2);
    tcase_add_test(cases, two_identities_differ);
    tcase_add_loop_test(cases, an_existing_file_is_left_alone, 0, 2);
    tcase_add_test(cases, a_missing_folder_is_an_output_error);
    tcase_add_test(cases, a_full_disk_leaves_nothing);
    tcase_add_test(cases, a_shared_key_is_made_and_read_back);
    tcase_add_test(cases, a_pair_trusts_each_other);
    tcase_add_test(cases, a_pair_survives_a_fork);
    tcase_add_test(cases, failed_allocations_are_reported);
    return cases;
}

static TCase *reading_cases(void)
{
    TCase *cases = tcase_create("reading");

    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_loop_test(cases, well_formed_identities_are_read, 0, N_OF(good_identities));
    tcase_add_loop_test(cases, malformed_identities_are_refused, 0, N_OF(bad_identities));
    tcase_add_test(cases, files_of_bytes_are_refused);
    tcase_add_loop_test(cases, open_modes_are_refused, 0, N_OF(open_modes));
    tcase_add_test(cases, what_is_no_regular_file_is_refused);
    tcase_add_loop_test(cases, a_peer_is_a_line_or_a_file, 0, 3);
    tcase_add_loop_test(cases, a_bad_peer_is_refused, 0, N_OF(bad_peers));
    tcase_add_test(cases, missing_arguments_are_usage_errors);
    return cases;
}

int main(void)
{
    Suite *suite = suite_create("credentials");

    suite_add_tcase(suite, making_cases());
    suite_add_tcase(suite, reading_cases());
    return run_suite(suite);
}
