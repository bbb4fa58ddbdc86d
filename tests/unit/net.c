/* Addresses, transports, dialling, listening and plaintext channels. */
#include "tests/support/suite.h"
#include "tests/unit/parties.h"

#include "net/address.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>

static char folder[64];

static void make_folder(void)
{
    snprintf(folder, sizeof folder, "/tmp/sotto-net-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void remove_folder(void)
{
    char command[128];

    snprintf(command, sizeof command, "rm -rf %s", folder);
    ck_assert_int_eq(system(command), 0);
}

static const char *in_folder(char out[128], const char *prefix, const char *name)
{
    snprintf(out, 128, "%s%s/%s", prefix, folder, name);
    return out;
}

/* --------------------------------------------------------------------------------- addresses -- */

static const struct {
    const char *text;
    enum address_kind kind;
    const char *host;
    unsigned port;
} good_addresses[] = {
    {"example.org:7766", ADDRESS_TCP, "example.org", 7766},
    {"127.0.0.1:1", ADDRESS_TCP, "127.0.0.1", 1},
    {"[::1]:65535", ADDRESS_TCP, "::1", 65535},
    {"[2001:db8::7]:07", ADDRESS_TCP, "2001:db8::7", 7},
    {":7766", ADDRESS_TCP, "", 7766},
    {"unix:/run/a:b", ADDRESS_UNIX, "", 0},
    {"stdio:", ADDRESS_STDIO, "", 0},
    {"fd:17", ADDRESS_DESCRIPTOR, "", 0},
};

START_TEST(addresses_of_every_form_are_parsed)
{
    struct sotto_context *context = test_context();
    struct address address;

    ck_assert_int_eq(address_parse(context, &address, good_addresses[_i].text, ADDRESS_CONNECT),
                     SOTTO_OK);
    ck_assert_int_eq(address.kind, good_addresses[_i].kind);
    ck_assert_str_eq(address.host, good_addresses[_i].host);
    ck_assert_uint_eq(address.port, good_addresses[_i].port);
    if (address.kind == ADDRESS_UNIX) ck_assert_str_eq(address.path, "/run/a:b");
    if (address.kind == ADDRESS_DESCRIPTOR) ck_assert_int_eq(address.fd, 17);
    sotto_context_free(context);
}
END_TEST

static const char *const bad_addresses[] = {
    "",          "host",       "7766",        "host:",       "host:http",  "host:65536",
    "host:-1",   "host: 7766", "host:7766 ",  "host:0x10",   "::1:7766",   "[::1]",
    "[::1]7766", "[]:7766",    "[host]:7766", "[1.2.3.4]:7", "ho st:7766", "host\n:7766",
    "host:0",    ":0",         "unix:",       "fd:",         "fd:-1",      "fd:99999999999",
    "fd:1x",     "stdio:1",    "[::1:7766",   "a]:7766:1",
};

START_TEST(malformed_addresses_are_refused)
{
    struct sotto_context *context = test_context();
    sotto_channel_options options = {.connect = bad_addresses[_i]};
    sotto_channel *channel = NULL;

    ck_assert_int_eq(sotto_channel_check(context, &options), SOTTO_ERR_USAGE);
    ck_assert_message(context, "is not an address");
    ck_assert_hint(context, "unix:/path");
    ck_assert_int_eq(sotto_channel_open(context, &channel, &options), SOTTO_ERR_USAGE);
    ck_assert_ptr_null(channel);
    sotto_context_free(context);
}
END_TEST

START_TEST(overlong_addresses_are_refused)
{
    struct sotto_context *context = test_context();
    char text[1024];
    struct address address;

    memset(text, 'a', sizeof text);
    memcpy(text + 1000, ":7766", 6);
    ck_assert_int_eq(address_parse(context, &address, text, ADDRESS_CONNECT), SOTTO_ERR_USAGE);
    memcpy(text + 258, ":7766", 6);
    ck_assert_int_eq(address_parse(context, &address, text, ADDRESS_CONNECT), SOTTO_ERR_USAGE);
    memcpy(text, "unix:/", 6);
    text[5 + 108] = '\0';
    ck_assert_int_eq(address_parse(context, &address, text, ADDRESS_CONNECT), SOTTO_ERR_USAGE);
    text[5 + 107] = '\0';
    ck_assert_int_eq(address_parse(context, &address, text, ADDRESS_CONNECT), SOTTO_OK);
    sotto_context_free(context);
}
END_TEST

START_TEST(exactly_one_address_is_needed)
{
    struct sotto_context *context = test_context();
    sotto_channel_options none = {0};
    sotto_channel_options both = {.listen = ":1", .connect = ":1"};

    ck_assert_int_eq(sotto_channel_check(context, &none), SOTTO_ERR_USAGE);
    ck_assert_int_eq(sotto_channel_check(context, &both), SOTTO_ERR_USAGE);
    ck_assert_int_eq(sotto_channel_check(context, NULL), SOTTO_ERR_USAGE);
    sotto_context_free(context);
}
END_TEST

/* SEC-12: what leaves this machine needs credentials or an explicit --insecure. */
static const struct {
    const char *listen, *dial;
    bool is_local;
} policy[] = {
    {NULL, "127.0.0.1:7766", true},
    {NULL, "127.8.7.6:7766", true},
    {NULL, "[::1]:7766", true},
    {NULL, "localhost:7766", true},
    {NULL, ":7766", true},
    {NULL, "unix:/nowhere", true},
    {NULL, "stdio:", true},
    {"127.0.0.1:0", NULL, true},
    {"[::1]:0", NULL, true},
    {"unix:/nowhere", NULL, true},
    {":0", NULL, false},
    {"0.0.0.0:0", NULL, false},
    {"[::]:0", NULL, false},
    {NULL, "192.0.2.1:7766", false},
    {NULL, "0.0.0.0:7766", false},
    {NULL, "[2001:db8::1]:7766", false},
    {NULL, "[::ffff:192.0.2.1]:7", false},
    {NULL, "[::ffff:127.0.0.1]:7", true},
};

START_TEST(plaintext_is_for_this_machine_only)
{
    struct sotto_context *context = test_context();
    sotto_channel_options options = {.listen = policy[_i].listen, .connect = policy[_i].dial};
    sotto_err expected = policy[_i].is_local ? SOTTO_OK : SOTTO_ERR_USAGE;
    sotto_credentials *one, *other;
    sotto_channel *channel;

    ck_assert_int_eq(sotto_channel_check(context, &options), expected);
    if (!policy[_i].is_local) {
        ck_assert_message(context, "needs credentials");
        ck_assert_int_eq(sotto_channel_open(context, &channel, &options), SOTTO_ERR_USAGE);
    }
    options.insecure = 1;
    ck_assert_int_eq(sotto_channel_check(context, &options), SOTTO_OK);
    options.insecure = 0;
    ck_assert_int_eq(sotto_credentials_pair(context, &one, &other), SOTTO_OK);
    options.credentials = one;
    ck_assert_int_eq(sotto_channel_check(context, &options), SOTTO_OK);
    sotto_credentials_free(one);
    sotto_credentials_free(other);
    sotto_context_free(context);
}
END_TEST

START_TEST(an_unknown_name_fails_at_once)
{
    struct party party;

    party_init(&party, NULL, "no-such-host.invalid:7766", NULL);
    party.options.insecure = 1;
    party_run(&party);
    ck_assert_int_eq(party.err, SOTTO_ERR_CONNECT);
    ck_assert_message(party.context, "cannot resolve the host of no-such-host.invalid:7766");
    party_wipe(&party);
}
END_TEST

/* ------------------------------------------------------------------------------- connections -- */

static const char *const local_listeners[] = {"127.0.0.1:0", "[::1]:0", "localhost:0"};

/* Milliseconds until two parties that meet there have greeted each other and left. */
static uint64_t meet(const char *address)
{
    struct party listener, dialler;
    uint64_t elapsed;

    party_init(&listener, address, NULL, NULL);
    party_init(&dialler, NULL, NULL, NULL);
    parties_meet(&listener, &dialler);
    ck_assert_int_eq(listener.err, SOTTO_OK);
    ck_assert_int_eq(dialler.err, SOTTO_OK);
    ck_assert_int_eq(listener.n_plaintext, 1);
    ck_assert_int_eq(dialler.n_plaintext, 1);
    ck_assert_int_ne(atoi(strrchr(listener.bound, ':') + 1), 0);
    ck_assert_uint_eq(sotto_channel_bytes_sent(listener.channel), GREETING_LEN);
    ck_assert_uint_eq(sotto_channel_bytes_received(listener.channel), GREETING_LEN);
    ck_assert_str_eq(sotto_channel_peer(listener.channel), "");
    elapsed = listener.elapsed;
    party_wipe(&listener);
    party_wipe(&dialler);
    return elapsed;
}

/* The farewell, which may take a second, ends when both have said it. On a busy machine one of a
 * few tries shows that. */
START_TEST(two_parties_meet_over_tcp)
{
    int n_tries = 0;

    while (meet(local_listeners[_i]) >= 900) ck_assert_int_lt(++n_tries, 10);
}
END_TEST

START_TEST(a_listener_on_all_addresses_hears_both_families)
{
    static const char *const hosts[] = {"127.0.0.1", "[::1]"};

    for (size_t i = 0; i < 2; i++) {
        struct party listener, dialler;
        char address[320];

        party_init(&listener, ":0", NULL, NULL);
        listener.options.insecure = 1;
        party_start(&listener);
        party_await_listening(&listener);
        ck_assert_int_eq(listener.bound[0], ':');
        snprintf(address, sizeof address, "%s%s", hosts[i], listener.bound);
        party_init(&dialler, NULL, address, NULL);
        party_start(&dialler);
        party_join(&dialler);
        party_join(&listener);
        ck_assert_int_eq(listener.err, SOTTO_OK);
        ck_assert_int_eq(dialler.err, SOTTO_OK);
        party_wipe(&listener);
        party_wipe(&dialler);
    }
}
END_TEST

/* A port where nobody listens, kept from all but listeners of this user's until the descriptor is
 * closed. */
static int hold_port(char address[64])
{
    struct sockaddr_in where = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t where_len = sizeof where;
    int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

    ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&where, sizeof where), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&where, &where_len), 0);
    snprintf(address, 64, "127.0.0.1:%u", (unsigned)ntohs(where.sin_port));
    return fd;
}

START_TEST(the_dialler_may_start_first)
{
    struct party listener, dialler;
    char address[64], path[128];
    int port = hold_port(address);

    if (_i == 1) in_folder(path, "unix:", "late");
    party_init(&listener, _i == 1 ? path : address, NULL, NULL);
    party_init(&dialler, NULL, _i == 1 ? path : address, NULL);
    party_start(&dialler);
    usleep(150 * 1000);
    party_start(&listener);
    party_join(&dialler);
    party_join(&listener);
    ck_assert_int_eq(listener.err, SOTTO_OK);
    ck_assert_int_eq(dialler.err, SOTTO_OK);
    close(port);
    party_wipe(&listener);
    party_wipe(&dialler);
}
END_TEST

START_TEST(nobody_there_is_a_timeout)
{
    struct party party;
    char address[64], expected[200];
    int port = hold_port(address);

    party_init(&party, NULL, address, NULL);
    party.options.connect_timeout = 900;
    party_run(&party);
    ck_assert_int_eq(party.err, SOTTO_ERR_TIMEOUT);
    snprintf(expected, sizeof expected, "cannot connect to %s: connection refused (127.0.0.1)",
             address);
    ck_assert_str_eq(sotto_context_message(party.context), expected);
    ck_assert_hint(party.context, "times in 900 ms. Is the other side running?");
    ck_assert_uint_ge(party.elapsed, 900);
    ck_assert_uint_lt(party.elapsed, SOON);
    close(port);
    party_wipe(&party);
}
END_TEST

START_TEST(nobody_calling_is_a_timeout)
{
    struct party party;

    party_init(&party, "127.0.0.1:0", NULL, NULL);
    party.options.connect_timeout = 100;
    party_run(&party);
    ck_assert_int_eq(party.err, SOTTO_ERR_TIMEOUT);
    ck_assert_message(party.context, "nobody connected to 127.0.0.1:");
    ck_assert_uint_lt(party.elapsed, SOON);
    party_wipe(&party);
}
END_TEST

START_TEST(max_time_bounds_everything)
{
    struct party party;
    char address[64];
    int port = hold_port(address);

    party_init(&party, _i == 0 ? "127.0.0.1:0" : NULL, _i == 1 ? address : NULL, NULL);
    party.options.connect_timeout = 0;
    party.options.max_time = 150;
    party_run(&party);
    ck_assert_int_eq(party.err, SOTTO_ERR_TIMEOUT);
    ck_assert_message(party.context, "the time limit of 150 ms is over");
    ck_assert_uint_lt(party.elapsed, SOON);
    close(port);
    party_wipe(&party);
}
END_TEST

START_TEST(a_port_in_use_is_named)
{
    struct party first, second;

    party_init(&first, "127.0.0.1:0", NULL, NULL);
    party_start(&first);
    party_await_listening(&first);
    party_init(&second, first.bound, NULL, NULL);
    party_run(&second);
    ck_assert_int_eq(second.err, SOTTO_ERR_CONNECT);
    ck_assert_message(second.context, first.bound);
    ck_assert_message(second.context, "address already in use");
    sotto_context_interrupt(first.context);
    party_join(&first);
    ck_assert_int_eq(first.err, SOTTO_ERR_INTERRUPTED);
    party_wipe(&first);
    party_wipe(&second);
}
END_TEST

START_TEST(an_interrupt_ends_every_wait)
{
    struct party party;
    char address[64];
    int ends[2], port = hold_port(address);

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    party_init(&party, _i == 0 ? "127.0.0.1:0" : NULL, _i == 1 ? address : NULL, NULL);
    if (_i == 2) {
        snprintf(address, sizeof address, "fd:%d", ends[0]);
        party.options.connect = address; /* connected, then waits for the greeting */
    }
    party_start(&party);
    usleep(50 * 1000);
    sotto_context_interrupt(party.context);
    party_join(&party);
    ck_assert_int_eq(party.err, SOTTO_ERR_INTERRUPTED);
    ck_assert_uint_lt(party.elapsed, SOON);
    party_wipe(&party);
    close(ends[1]);
    close(port);
}
END_TEST

/* A stream that never waits ends all the same; the last words may still leave. */
START_TEST(an_interrupt_or_the_end_of_time_stops_a_stream)
{
    static uint8_t data[8192];
    struct party party;
    char address[16];
    int ends[2];

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    snprintf(address, sizeof address, "fd:%d", ends[0]);
    party_init(&party, address, NULL, NULL);
    party.opens_only = true;
    party.options.max_time = _i == 0 ? 0 : 500;
    party_run(&party);
    ck_assert_int_eq(party.err, SOTTO_OK);
    if (_i == 0) {
        sotto_context_interrupt(party.context);
        ck_assert_int_eq(channel_send(party.channel, data, sizeof data), SOTTO_ERR_INTERRUPTED);
        ck_assert_int_eq(channel_receive(party.channel, data, 1), SOTTO_ERR_INTERRUPTED);
        ck_assert_int_eq(channel_send(party.channel, data, 16), SOTTO_OK);
    } else {
        usleep(500 * 1000);
        ck_assert_int_eq(channel_send(party.channel, data, 16), SOTTO_ERR_TIMEOUT);
        ck_assert_message(party.context, "the time limit of 500 ms is over");
    }
    party_wipe(&party);
    close(ends[1]);
}
END_TEST

/* ------------------------------------------------------------------------------ unix sockets -- */

static int bind_socket(const char *path)
{
    struct sockaddr_un where = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    snprintf(where.sun_path, sizeof where.sun_path, "%s", path);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&where, sizeof where), 0);
    ck_assert_int_eq(listen(fd, 1), 0);
    return fd;
}

START_TEST(a_unix_socket_is_private_and_removed)
{
    struct party listener, dialler;
    char address[128], path[128];
    struct stat status;
    mode_t saved = umask(0);

    in_folder(address, "unix:", "s");
    in_folder(path, "", "s");
    if (_i == 1) close(bind_socket(path)); /* a dead one lies there */
    party_init(&listener, address, NULL, NULL);
    party_init(&dialler, NULL, address, NULL);
    party_start(&listener);
    party_await_listening(&listener);
    umask(saved);
    ck_assert_int_eq(lstat(path, &status), 0);
    ck_assert_uint_eq(status.st_mode & 07777, 0600);
    ck_assert_str_eq(listener.bound, address);
    party_start(&dialler);
    party_join(&dialler);
    party_join(&listener);
    ck_assert_int_eq(listener.err, SOTTO_OK);
    ck_assert_int_eq(dialler.err, SOTTO_OK);
    party_wipe(&listener);
    party_wipe(&dialler);
    ck_assert_int_eq(lstat(path, &status), -1);
}
END_TEST

START_TEST(what_is_no_dead_socket_is_left_alone)
{
    struct party party;
    char address[128], path[128];
    struct stat before, after;
    int fd;

    in_folder(address, "unix:", "s");
    in_folder(path, "", "s");
    if (_i == 0) fd = bind_socket(path);
    else fd = open(path, O_CREAT | O_WRONLY, 0644);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(lstat(path, &before), 0);
    party_init(&party, address, NULL, NULL);
    party_run(&party);
    ck_assert_int_eq(party.err, SOTTO_ERR_CONNECT);
    ck_assert_message(party.context, _i == 0 ? "already in use" : "is no socket");
    ck_assert_int_eq(lstat(path, &after), 0);
    ck_assert_uint_eq(before.st_ino, after.st_ino);
    ck_assert_uint_eq(before.st_mode, after.st_mode);
    if (_i == 0) { /* its owner was not disturbed */
        ck_assert_int_eq(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
        ck_assert_int_eq(accept(fd, NULL, NULL), -1);
    }
    party_wipe(&party);
    close(fd);
}
END_TEST

START_TEST(a_socket_of_somebody_else_is_not_removed)
{
    struct party party;
    char address[128], path[128];
    struct stat status;
    int fd;

    in_folder(address, "unix:", "s");
    in_folder(path, "", "s");
    party_init(&party, address, NULL, NULL);
    party_start(&party);
    party_await_listening(&party);
    ck_assert_int_eq(unlink(path), 0);
    fd = bind_socket(path);
    sotto_context_interrupt(party.context);
    party_join(&party);
    party_wipe(&party);
    ck_assert_int_eq(lstat(path, &status), 0);
    close(fd);
}
END_TEST

START_TEST(a_missing_folder_is_named)
{
    struct party party;

    party_init(&party, "unix:/no/such/folder/s", NULL, NULL);
    party_run(&party);
    ck_assert_int_eq(party.err, SOTTO_ERR_CONNECT);
    ck_assert_message(party.context, "unix:/no/such/folder/s: No such file");
    party_wipe(&party);
}
END_TEST

/* ------------------------------------------------------------------------------- descriptors -- */

START_TEST(descriptors_carry_a_channel)
{
    struct party first, second;
    char addresses[2][16];
    int ends[2];

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    snprintf(addresses[0], sizeof addresses[0], "fd:%d", ends[0]);
    snprintf(addresses[1], sizeof addresses[1], "fd:%d", ends[1]);
    party_init(&first, addresses[0], NULL, NULL);
    party_init(&second, NULL, addresses[1], NULL);
    party_start(&first);
    party_start(&second);
    party_join(&first);
    party_join(&second);
    ck_assert_int_eq(first.err, SOTTO_OK);
    ck_assert_int_eq(second.err, SOTTO_OK);
    party_wipe(&first);
    party_wipe(&second);
    ck_assert_int_eq(fcntl(ends[0], F_GETFD), -1);
    ck_assert_int_eq(fcntl(ends[1], F_GETFD), -1);
}
END_TEST

START_TEST(a_closed_descriptor_cannot_be_used)
{
    struct party party;

    party_init(&party, NULL, "fd:973", NULL);
    party_run(&party);
    ck_assert_int_eq(party.err, SOTTO_ERR_CONNECT);
    ck_assert_message(party.context, "fd:973 is not an open descriptor");
    party_wipe(&party);
}
END_TEST

/* SEC-12: a descriptor may be a connection to another machine. */
START_TEST(an_unconnected_network_descriptor_needs_credentials)
{
    struct sotto_context *context = test_context();
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    char address[16];
    sotto_channel_options options = {.connect = address};

    snprintf(address, sizeof address, "fd:%d", fd);
    ck_assert_int_eq(sotto_channel_check(context, &options), SOTTO_ERR_USAGE);
    close(fd);
    sotto_context_free(context);
}
END_TEST

/* A child greets over its standard streams; the parent keeps the far ends of both pipes. */
static int run_stdio_child(int in, int out)
{
    struct party party;
    int flags;

    ck_assert_int_eq(dup2(in, 0), 0);
    ck_assert_int_eq(dup2(out, 1), 1);
    flags = fcntl(0, F_GETFL);
    party_init(&party, "stdio:", NULL, NULL);
    party_run(&party);
    sotto_channel_free(party.channel);
    if (fcntl(in, F_GETFL) != flags) return 100; /* the same description as 0 was */
    if (fcntl(1, F_GETFD) < 0) return 101;
    return (int)party.err;
}

START_TEST(standard_streams_carry_a_channel)
{
    struct sotto_context *context = test_context();
    sotto_channel *channel;
    uint8_t heard[GREETING_LEN];
    int down[2], up[2], status;
    pid_t child;

    ck_assert_int_eq(pipe(down), 0);
    ck_assert_int_eq(pipe(up), 0);
    child = fork();
    if (child == 0) {
        close(down[1]);
        close(up[0]);
        _exit(run_stdio_child(down[0], up[1]));
    }
    close(down[0]);
    close(up[1]);
    ck_assert_int_eq(channel_over(context, &channel, up[0], down[1], 5000), SOTTO_OK);
    ck_assert_int_eq(channel_receive(channel, heard, sizeof heard), SOTTO_OK);
    ck_assert_int_eq(channel_send(channel, heard, sizeof heard), SOTTO_OK);
    channel_finish(channel);
    sotto_channel_free(channel);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(WEXITSTATUS(status), 0);
    sotto_context_free(context);
}
END_TEST

START_TEST(keep_listening_waits_on_after_a_caller_left)
{
    struct party listener;
    sotto_credentials *one, *other;
    struct party dialler;

    party_init(&listener, "127.0.0.1:0", NULL, NULL);
    party_init(&dialler, NULL, listener.bound, NULL);
    ck_assert_int_eq(sotto_credentials_pair(listener.context, &one, &other), SOTTO_OK);
    listener.options.credentials = one;
    listener.options.keep_listening = 1;
    dialler.options.credentials = other;
    party_start(&listener);
    party_await_listening(&listener);
    for (int i = 0; i < 3; i++) {
        struct sockaddr_in where = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
        int fd = socket(AF_INET, SOCK_STREAM, 0);

        where.sin_port = htons((uint16_t)atoi(strrchr(listener.bound, ':') + 1));
        ck_assert_int_eq(connect(fd, (struct sockaddr *)&where, sizeof where), 0);
        if (i == 1) ck_assert_int_eq(write(fd, "GET / HTTP/1.0\r\n\r\n", 18), 18);
        close(fd);
    }
    party_start(&dialler);
    party_join(&dialler);
    party_join(&listener);
    ck_assert_int_eq(listener.err, SOTTO_OK);
    ck_assert_int_eq(dialler.err, SOTTO_OK);
    ck_assert_int_eq(listener.n_strangers, 3);
    party_wipe(&listener);
    party_wipe(&dialler);
    sotto_credentials_free(one);
    sotto_credentials_free(other);
}
END_TEST

/* Every allocation on the way to an open channel fails once. */
#define N_OF(array) (int)(sizeof(array) / sizeof *(array))

static TCase *address_cases(void)
{
    TCase *cases = tcase_create("addresses");

    tcase_add_loop_test(cases, addresses_of_every_form_are_parsed, 0, N_OF(good_addresses));
    tcase_add_loop_test(cases, malformed_addresses_are_refused, 0, N_OF(bad_addresses));
    tcase_add_test(cases, overlong_addresses_are_refused);
    tcase_add_test(cases, exactly_one_address_is_needed);
    tcase_add_loop_test(cases, plaintext_is_for_this_machine_only, 0, N_OF(policy));
    tcase_add_test(cases, an_unknown_name_fails_at_once);
    tcase_set_timeout(cases, 120);
    return cases;
}

static TCase *connection_cases(void)
{
    TCase *cases = tcase_create("connections");

    tcase_add_checked_fixture(cases, make_folder, remove_folder);
    tcase_add_loop_test(cases, two_parties_meet_over_tcp, 0, N_OF(local_listeners));
    tcase_add_test(cases, a_listener_on_all_addresses_hears_both_families);
    tcase_add_loop_test(cases, the_dialler_may_start_first, 0, 2);
    tcase_add_test(cases, nobody_there_is_a_timeout);
    tcase_add_test(cases, nobody_calling_is_a_timeout);
    tcase_add_loop_test(cases, max_time_bounds_everything, 0, 2);
    tcase_add_test(cases, a_port_in_use_is_named);
    tcase_add_loop_test(cases, an_interrupt_ends_every_wait, 0, 3);
    tcase_add_loop_test(cases, an_interrupt_or_the_end_of_time_stops_a_stream, 0, 2);
    tcase_add_loop_test(cases, a_unix_socket_is_private_and_removed, 0, 2);
    tcase_add_loop_test(cases, what_is_no_dead_socket_is_left_alone, 0, 2);
    tcase_add_test(cases, a_socket_of_somebody_else_is_not_removed);
    tcase_add_test(cases, a_missing_folder_is_named);
    tcase_add_test(cases, descriptors_carry_a_channel);
    tcase_add_test(cases, a_closed_descriptor_cannot_be_used);
    tcase_add_test(cases, an_unconnected_network_descriptor_needs_credentials);
    tcase_add_test(cases, standard_streams_carry_a_channel);
    tcase_add_test(cases, keep_listening_waits_on_after_a_caller_left);
    tcase_set_timeout(cases, 120);
    return cases;
}

int main(void)
{
    Suite *suite = suite_create("net");

    suite_add_tcase(suite, address_cases());
    suite_add_tcase(suite, connection_cases());
    return run_suite(suite);
}
