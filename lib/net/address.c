/* Addresses as users write them; see address.h. */
#include "net/address.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

static sotto_err refuse(struct sotto_context *context, const char *text, const char *what)
{
    (void)fail(context, SOTTO_ERR_USAGE, "'%.40s%s' is not an address: %s", text,
               strlen(text) > 40 ? "..." : "", what);
    add_hint(context, "addresses are host:port, [v6]:port, :port, unix:/path, stdio: and fd:N");
    return SOTTO_ERR_USAGE;
}

/* Digits only, no sign or blank, at most max. */
static bool parse_number(uint32_t *number, const char *text, uint32_t max)
{
    uint64_t value = 0;

    if (*text == '\0') return false;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9') return false;
        value = 10 * value + (uint64_t)(*text - '0');
        if (value > max) return false;
    }
    *number = (uint32_t)value;
    return true;
}

static sotto_err parse_unix(struct sotto_context *context, struct address *address,
                            const char *text, const char *path)
{
    size_t path_len = strlen(path);

    if (path_len == 0) return refuse(context, text, "the path is missing");
    if (path_len >= sizeof address->path) {
        return refuse(context, text, "the path is too long for a unix socket");
    }
    address->kind = ADDRESS_UNIX;
    memcpy(address->path, path, path_len + 1);
    return SOTTO_OK;
}

static sotto_err parse_descriptor(struct sotto_context *context, struct address *address,
                                  const char *text, const char *number)
{
    uint32_t fd;

    if (!parse_number(&fd, number, INT32_MAX)) {
        return refuse(context, text, "the descriptor is not a number");
    }
    address->kind = ADDRESS_DESCRIPTOR;
    address->fd = (int)fd;
    return SOTTO_OK;
}

static bool is_v6_literal(const char *host)
{
    struct addrinfo hints = {.ai_family = AF_INET6, .ai_flags = AI_NUMERICHOST};
    struct addrinfo *found;

    if (getaddrinfo(host, NULL, &hints, &found) != 0) return false;
    freeaddrinfo(found);
    return true;
}

static bool has_only_visible(const char *text, size_t text_len)
{
    for (size_t i = 0; i < text_len; i++) {
        if ((unsigned char)text[i] <= ' ' || text[i] == 0x7f) return false;
    }
    return true;
}

/* The host stands in front of the last colon, an IPv6 one in brackets. */
static sotto_err parse_tcp(struct sotto_context *context, struct address *address, const char *text)
{
    const char *colon = strrchr(text, ':');
    const char *host = text;
    bool bracketed;
    size_t host_len;
    uint32_t port;

    if (colon == NULL) return refuse(context, text, "there is no ':port'");
    host_len = (size_t)(colon - text);
    bracketed = host_len >= 2 && text[0] == '[' && colon[-1] == ']';
    if (bracketed) {
        host++;
        host_len -= 2;
    } else if (memchr(text, ':', host_len) != NULL || memchr(text, '[', host_len) != NULL) {
        return refuse(context, text, "an IPv6 address stands in brackets, as in [::1]:7766");
    }
    if (host_len >= sizeof address->host) return refuse(context, text, "the host is too long");
    if (!has_only_visible(host, host_len)) return refuse(context, text, "the host has blanks");
    if (!parse_number(&port, colon + 1, UINT16_MAX)) {
        return refuse(context, text, "the port is not a number from 0 to 65535");
    }
    if (port == 0 && address->use == ADDRESS_CONNECT) {
        return refuse(context, text, "port 0 cannot be dialled");
    }
    memcpy(address->host, host, host_len);
    if (bracketed && !is_v6_literal(address->host)) {
        return refuse(context, text, "what stands in brackets is no IPv6 address");
    }
    address->kind = ADDRESS_TCP;
    address->port = (uint16_t)port;
    return SOTTO_OK;
}

sotto_err address_parse(struct sotto_context *context, struct address *address, const char *text,
                        enum address_use use)
{
    struct address parsed = {.use = use, .fd = -1};
    sotto_err err;

    if (strlen(text) >= sizeof parsed.text) return refuse(context, text, "it is too long");
    memcpy(parsed.text, text, strlen(text) + 1);
    if (strncmp(text, "unix:", 5) == 0) {
        err = parse_unix(context, &parsed, text, text + 5);
    } else if (strncmp(text, "fd:", 3) == 0) {
        err = parse_descriptor(context, &parsed, text, text + 3);
    } else if (strncmp(text, "stdio:", 6) == 0) {
        parsed.kind = ADDRESS_STDIO;
        err = text[6] == '\0' ? SOTTO_OK : refuse(context, text, "nothing may follow stdio:");
    } else {
        err = parse_tcp(context, &parsed, text);
    }
    if (err == SOTTO_OK) *address = parsed;
    return err;
}

sotto_err address_resolve(struct sotto_context *context, struct addrinfo **found,
                          const struct address *address)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    const char *host = address->host[0] != '\0' ? address->host : NULL;
    char port[8];
    int result;

    hints.ai_flags = AI_NUMERICSERV | (address->use == ADDRESS_LISTEN ? AI_PASSIVE : 0);
    snprintf(port, sizeof port, "%u", (unsigned)address->port);
    result = getaddrinfo(host, port, &hints, found);
    if (result == 0) return SOTTO_OK;
    if (result == EAI_MEMORY) return fail_memory(context);
    (void)fail(context, SOTTO_ERR_CONNECT, "cannot resolve the host of %s: %s", address->text,
               result == EAI_SYSTEM ? "the resolver failed" : gai_strerror(result));
    add_hint(context, "check the spelling, or give a numeric address");
    return SOTTO_ERR_CONNECT;
}

static bool is_loopback(const struct sockaddr *socket_address)
{
    if (socket_address->sa_family == AF_INET) {
        struct sockaddr_in v4;

        memcpy(&v4, socket_address, sizeof v4);
        return ntohl(v4.sin_addr.s_addr) >> 24 == 127;
    }
    if (socket_address->sa_family == AF_INET6) {
        struct sockaddr_in6 v6;

        memcpy(&v6, socket_address, sizeof v6);
        if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) return v6.sin6_addr.s6_addr[12] == 127;
        return IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
    }
    return false;
}

/* A pipe, a terminal or a unix socket stays on this machine; a network socket may not. */
static bool descriptor_is_local(int fd)
{
    struct sockaddr_storage own = {0}, peer = {0};
    socklen_t own_len = sizeof own, peer_len = sizeof peer;

    if (getsockname(fd, (struct sockaddr *)&own, &own_len) != 0) return true;
    if (own.ss_family == AF_UNIX) return true;
    if (getpeername(fd, (struct sockaddr *)&peer, &peer_len) != 0) return false;
    return is_loopback((struct sockaddr *)&peer);
}

bool address_is_local(const struct address *address, const struct addrinfo *found)
{
    switch (address->kind) {
    case ADDRESS_UNIX: return true;
    case ADDRESS_STDIO: return descriptor_is_local(0) && descriptor_is_local(1);
    case ADDRESS_DESCRIPTOR: return descriptor_is_local(address->fd);
    case ADDRESS_TCP: break;
    }
    for (const struct addrinfo *one = found; one != NULL; one = one->ai_next) {
        if (!is_loopback(one->ai_addr)) return false;
    }
    return found != NULL;
}

void address_with_port(char out[ADDRESS_TEXT_SIZE], const struct address *address, uint16_t port)
{
    bool v6 = strchr(address->host, ':') != NULL;

    snprintf(out, ADDRESS_TEXT_SIZE, "%s%s%s:%u", v6 ? "[" : "", address->host, v6 ? "]" : "",
             (unsigned)port);
}

void address_numeric(char *out, size_t out_size, const struct sockaddr *socket_address,
                     socklen_t socket_address_len)
{
    out[0] = '\0';
    if (socket_address->sa_family == AF_UNIX) return;
    if (getnameinfo(socket_address, socket_address_len, out, (socklen_t)out_size, NULL, 0,
                    NI_NUMERICHOST) != 0) {
        out[0] = '\0';
    }
}
