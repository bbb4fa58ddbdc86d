/* Addresses as users write them: parsing, name resolution, and what counts as local. */
#ifndef SOTTO_NET_ADDRESS_H
#define SOTTO_NET_ADDRESS_H

#include "base/error.h"

#include <netdb.h>
#include <sys/socket.h>
#include <sys/un.h>

enum address_kind {
    ADDRESS_TCP,       /* "host:port", "[v6]:port", ":port" */
    ADDRESS_UNIX,      /* "unix:/path" */
    ADDRESS_STDIO,     /* "stdio:", descriptors 0 and 1 */
    ADDRESS_DESCRIPTOR /* "fd:N", one descriptor for both directions */
};

/** Which end of a connection an address is for. */
enum address_use { ADDRESS_LISTEN, ADDRESS_CONNECT };

#define ADDRESS_TEXT_SIZE 280

struct address {
    enum address_kind kind;
    enum address_use use;
    char text[ADDRESS_TEXT_SIZE]; /* as it was given */
    char host[256];               /* "": every address to listen on, loopback to dial */
    uint16_t port;
    char path[sizeof((struct sockaddr_un *)NULL)->sun_path];
    int fd;
};

/** Parses text. SOTTO_ERR_USAGE tells what is wrong and which forms there are. */
sotto_err address_parse(struct sotto_context *context, struct address *address, const char *text,
                        enum address_use use) CHECKED;

/** All socket addresses of a TCP address, to be freed with freeaddrinfo(). SOTTO_ERR_CONNECT when
 *  the name does not resolve. Waits for the system's resolver, which has its own time limit. */
sotto_err address_resolve(struct sotto_context *context, struct addrinfo **found,
                          const struct address *address) CHECKED;

/** Whether what is sent to it stays on this machine. All of found must be loopback addresses;
 *  found is used for TCP only. A descriptor that is a network socket is judged by its peer. */
bool address_is_local(const struct address *address, const struct addrinfo *found);

/** Writes a TCP address with another port (the one the system chose) as text. */
void address_with_port(char out[ADDRESS_TEXT_SIZE], const struct address *address, uint16_t port);

/** The numeric host of a socket address, "" when it has none. */
void address_numeric(char *out, size_t out_size, const struct sockaddr *socket_address,
                     socklen_t socket_address_len);

#endif
