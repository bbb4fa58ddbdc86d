/* Credentials and their files; see credentials.h and sotto.h. */
#include "net/credentials.h"

#include "base/memory.h"
#include "base/random.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Every file is text: comments behind '#', blank lines, and one line that holds a prefix and the
 * key in base64url without padding (RFC 4648, 5). */
#define MAX_FILE_LEN 4096
#define KEY_DIGITS 43
#define BASE64 sodium_base64_VARIANT_URLSAFE_NO_PADDING

#define SECRET_PREFIX "sotto-secret-ed25519:"
#define PUBLIC_PREFIX "sotto-ed25519:"
#define PSK_PREFIX "sotto-psk:"

/** A kind of file, and how people call it. */
struct key_file {
    const char *prefix;
    const char *called;
    const char *made_by;
    bool is_secret;
};

static const struct key_file identity_file = {SECRET_PREFIX, "an identity",
                                              "gc-keygen -o FILE makes an identity", true};
static const struct key_file psk_file = {PSK_PREFIX, "a pre-shared key",
                                         "gc-keygen --psk -o FILE makes a pre-shared key", true};
static const struct key_file peer_file = {
    PUBLIC_PREFIX, "a public key",
    "gc-keygen --public FILE prints the public key of the identity in FILE", false};

static sotto_err refuse(struct sotto_context *context, const struct key_file *kind,
                        const char *path, const char *what)
{
    (void)fail(context, SOTTO_ERR_INPUT, "%s is not %s: %s", path, kind->called, what);
    add_hint(context, "%s", kind->made_by);
    return SOTTO_ERR_INPUT;
}

/* ----------------------------------------------------------------------------------- reading -- */

/* A secret that others can read, or could have planted, is none. */
static sotto_err check_guarded(struct sotto_context *context, const char *path,
                               const struct stat *status)
{
    if (!S_ISREG(status->st_mode)) {
        return fail(context, SOTTO_ERR_INPUT, "%s is not a regular file", path);
    }
    if ((status->st_mode & 077) != 0) {
        (void)fail(context, SOTTO_ERR_INPUT, "others may read or write %s (mode %04o)", path,
                   (unsigned)(status->st_mode & 07777));
        add_hint(context, "if nobody has read it: chmod 600 %s", path);
        return SOTTO_ERR_INPUT;
    }
    if (status->st_uid != geteuid() && status->st_uid != 0 && geteuid() != 0) {
        return fail(context, SOTTO_ERR_INPUT, "%s belongs to another user", path);
    }
    return SOTTO_OK;
}

/* Reads until the end or until text is full. False, and errno, when that fails. */
static bool read_all(int fd, char *text, size_t capacity, size_t *text_len)
{
    size_t at = 0;

    while (at < capacity) {
        ssize_t n = read(fd, text + at, capacity - at);

        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return false;
        if (n == 0) break;
        at += (size_t)n;
    }
    *text_len = at;
    return true;
}

/* text has room for MAX_FILE_LEN + 1 bytes. */
static sotto_err read_file(struct sotto_context *context, char *text, size_t *text_len,
                           const struct key_file *kind, const char *path)
{
    /* Non-blocking, or a pipe in a secret's place would be waited for. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | (kind->is_secret ? O_NONBLOCK : 0));
    struct stat status;
    sotto_err err = SOTTO_OK;
    int error;

    if (fd < 0 || fstat(fd, &status) != 0) goto unreadable;
    if (kind->is_secret) err = check_guarded(context, path, &status);
    if (err != SOTTO_OK) goto out;
    if (!read_all(fd, text, MAX_FILE_LEN + 1, text_len)) goto unreadable;
    if (*text_len > MAX_FILE_LEN) err = refuse(context, kind, path, "it is too long");
    goto out;
unreadable:
    error = errno;
    err = fail(context, SOTTO_ERR_INPUT, "cannot read %s: %s", path, strerror(error));
    if (error == ENOENT) add_hint(context, "%s", kind->made_by);
out:
    if (fd >= 0) close(fd);
    return err;
}

/* ----------------------------------------------------------------------------------- parsing -- */

static bool starts_with(const char *text, size_t text_len, const char *prefix)
{
    return text_len >= strlen(prefix) && memcmp(text, prefix, strlen(prefix)) == 0;
}

/* The key of one line, or what is wrong with the line. */
static const char *parse_line(uint8_t key[CREDENTIALS_KEY_LEN], const char *prefix,
                              const char *line, size_t line_len)
{
    size_t prefix_len = strlen(prefix), key_len;

    if (!starts_with(line, line_len, prefix)) {
        if (starts_with(line, line_len, SECRET_PREFIX)) return "it holds a secret identity";
        if (starts_with(line, line_len, PSK_PREFIX)) return "it holds a pre-shared key";
        if (starts_with(line, line_len, PUBLIC_PREFIX)) return "it holds a public key";
        return "no line starts with the right prefix";
    }
    if (line_len - prefix_len < KEY_DIGITS) return "the key is cut short";
    if (line_len - prefix_len > KEY_DIGITS) return "text follows the key";
    if (sodium_base642bin(key, CREDENTIALS_KEY_LEN, line + prefix_len, KEY_DIGITS, NULL, &key_len,
                          NULL, BASE64) != 0 ||
        key_len != CREDENTIALS_KEY_LEN) {
        return "the key has a wrong digit";
    }
    return NULL;
}

/* The next line without its end; *text moves behind it. */
static size_t take_line(const char **line, const char **text, const char *text_end)
{
    const char *newline = memchr(*text, '\n', (size_t)(text_end - *text));
    const char *line_end = newline != NULL ? newline : text_end;

    *line = *text;
    *text = newline != NULL ? newline + 1 : text_end;
    if (line_end > *line && line_end[-1] == '\r') line_end--;
    return (size_t)(line_end - *line);
}

static const char *parse_text(uint8_t key[CREDENTIALS_KEY_LEN], const char *prefix,
                              const char *text, size_t text_len)
{
    const char *text_end = text + text_len;
    bool found = false;

    while (text < text_end) {
        const char *line;
        size_t line_len = take_line(&line, &text, text_end);
        const char *wrong;

        if (line_len == 0 || line[0] == '#') continue;
        if (found) return "it has more than one key line";
        wrong = parse_line(key, prefix, line, line_len);
        if (wrong != NULL) return wrong;
        found = true;
    }
    return found ? NULL : "it has no key line";
}

/* key is guarded memory when it is secret. */
static sotto_err load_key(struct sotto_context *context, uint8_t key[CREDENTIALS_KEY_LEN],
                          const struct key_file *kind, const char *path)
{
    char *text = guarded_new(MAX_FILE_LEN + 1);
    const char *wrong;
    size_t text_len = 0;
    sotto_err err;

    if (text == NULL) return fail_memory(context);
    err = read_file(context, text, &text_len, kind, path);
    if (err != SOTTO_OK) goto out;
    wrong = parse_text(key, kind->prefix, text, text_len);
    if (wrong != NULL) err = refuse(context, kind, path, wrong);
out:
    guarded_free(text);
    return err;
}

/* ----------------------------------------------------------------------------------- writing -- */

static bool write_all(int fd, const char *text, size_t text_len)
{
    while (text_len > 0) {
        ssize_t n = write(fd, text, text_len);

        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return false;
        text += n;
        text_len -= (size_t)n;
    }
    return true;
}

/* Writes a new file of mode 0600, whole or not at all. */
static sotto_err write_file(struct sotto_context *context, const char *path, const char *text,
                            size_t text_len)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    bool written;
    int error;

    if (fd < 0) {
        error = errno;
        (void)fail(context, SOTTO_ERR_IO, "cannot create %s: %s", path, strerror(error));
        if (error == EEXIST) add_hint(context, "it was left alone; choose another name");
        return SOTTO_ERR_IO;
    }
    written = fchmod(fd, 0600) == 0 && write_all(fd, text, text_len) && fsync(fd) == 0;
    error = errno;
    if (close(fd) != 0 && written) {
        written = false;
        error = errno;
    }
    if (written) return SOTTO_OK;
    (void)unlink(path);
    return fail(context, SOTTO_ERR_IO, "cannot write %s: %s", path, strerror(error));
}

static sotto_err save_key(struct sotto_context *context, const char *path, const char *comment,
                          const char *prefix, const uint8_t key[CREDENTIALS_KEY_LEN])
{
    size_t comment_len = strlen(comment), prefix_len = strlen(prefix);
    size_t capacity = comment_len + prefix_len + KEY_DIGITS + 2;
    char *text = guarded_new(capacity);
    sotto_err err;

    if (text == NULL) return fail_memory(context);
    memcpy(text, comment, comment_len);
    memcpy(text + comment_len, prefix, prefix_len);
    sodium_bin2base64(text + comment_len + prefix_len, KEY_DIGITS + 1, key, CREDENTIALS_KEY_LEN,
                      BASE64);
    text[capacity - 2] = '\n';
    err = write_file(context, path, text, capacity - 1);
    guarded_free(text);
    return err;
}

/* -------------------------------------------------------------------------------- identities -- */

void public_key_text(char text[SOTTO_PUBLIC_KEY_SIZE], const uint8_t key[CREDENTIALS_KEY_LEN])
{
    const size_t prefix_len = strlen(PUBLIC_PREFIX);

    memcpy(text, PUBLIC_PREFIX, prefix_len);
    sodium_bin2base64(text + prefix_len, SOTTO_PUBLIC_KEY_SIZE - prefix_len, key,
                      CREDENTIALS_KEY_LEN, BASE64);
}

static void derive_public_key(struct sotto_credentials *credentials)
{
    uint8_t expanded[crypto_sign_SECRETKEYBYTES];

    crypto_sign_seed_keypair(credentials->public_key, expanded, credentials->secret);
    mem_wipe(expanded, sizeof expanded);
}

static void draw_identity(struct sotto_credentials *credentials)
{
    credentials->kind = SOTTO_CREDENTIALS_IDENTITY;
    random_bytes(credentials->secret, sizeof credentials->secret);
    derive_public_key(credentials);
}

static sotto_err load_identity(struct sotto_context *context, struct sotto_credentials *credentials,
                               const char *path)
{
    sotto_err err = load_key(context, credentials->secret, &identity_file, path);

    credentials->kind = SOTTO_CREDENTIALS_IDENTITY;
    if (err == SOTTO_OK) derive_public_key(credentials);
    return err;
}

sotto_err sotto_identity_create(sotto_context *context, char public_key[SOTTO_PUBLIC_KEY_SIZE],
                                const char *path)
{
    struct sotto_credentials *made;
    char line[SOTTO_PUBLIC_KEY_SIZE], comment[256];
    sotto_err err;

    if (context == NULL) return SOTTO_ERR_USAGE;
    if (public_key == NULL || path == NULL) {
        return fail(context, SOTTO_ERR_USAGE, "an identity needs a path");
    }
    made = guarded_new(sizeof *made);
    if (made == NULL) return fail_memory(context);
    draw_identity(made);
    public_key_text(line, made->public_key);
    snprintf(comment, sizeof comment, "# A secret: keep it to yourself. Its public key is\n# %s\n",
             line);
    err = save_key(context, path, comment, SECRET_PREFIX, made->secret);
    if (err == SOTTO_OK) memcpy(public_key, line, sizeof line);
    guarded_free(made);
    return err;
}

sotto_err sotto_identity_public(sotto_context *context, char public_key[SOTTO_PUBLIC_KEY_SIZE],
                                const char *path)
{
    struct sotto_credentials *loaded;
    sotto_err err;

    if (context == NULL) return SOTTO_ERR_USAGE;
    if (public_key == NULL || path == NULL) {
        return fail(context, SOTTO_ERR_USAGE, "an identity needs a path");
    }
    loaded = guarded_new(sizeof *loaded);
    if (loaded == NULL) return fail_memory(context);
    err = load_identity(context, loaded, path);
    if (err == SOTTO_OK) public_key_text(public_key, loaded->public_key);
    guarded_free(loaded);
    return err;
}

sotto_err sotto_psk_create(sotto_context *context, const char *path)
{
    uint8_t *key;
    sotto_err err;

    if (context == NULL) return SOTTO_ERR_USAGE;
    if (path == NULL) return fail(context, SOTTO_ERR_USAGE, "a pre-shared key needs a path");
    key = guarded_new(CREDENTIALS_KEY_LEN);
    if (key == NULL) return fail_memory(context);
    random_bytes(key, CREDENTIALS_KEY_LEN);
    err = save_key(context, path,
                   "# A secret of the two parties: both need this file, nobody else.\n", PSK_PREFIX,
                   key);
    guarded_free(key);
    return err;
}

/* ------------------------------------------------------------------------------- credentials -- */

/* A key of small order would let anyone sign in the peer's name. */
static sotto_err check_peer_key(struct sotto_context *context,
                                const uint8_t key[CREDENTIALS_KEY_LEN])
{
    if (crypto_core_ed25519_is_valid_point(key) == 1) return SOTTO_OK;
    (void)fail(context, SOTTO_ERR_INPUT, "the peer's public key is not a valid Ed25519 key");
    add_hint(context, "ask the peer for it again: %s", peer_file.made_by);
    return SOTTO_ERR_INPUT;
}

static sotto_err load_peer_key(struct sotto_context *context, uint8_t key[CREDENTIALS_KEY_LEN],
                               const char *peer)
{
    const char *wrong;
    sotto_err err;

    if (!starts_with(peer, strlen(peer), PUBLIC_PREFIX)) {
        err = load_key(context, key, &peer_file, peer);
        return err == SOTTO_OK ? check_peer_key(context, key) : err;
    }
    wrong = parse_line(key, PUBLIC_PREFIX, peer, strlen(peer));
    if (wrong == NULL) return check_peer_key(context, key);
    (void)fail(context, SOTTO_ERR_INPUT, "the peer's public key is malformed: %s", wrong);
    add_hint(context, "it is '%s' and %d digits", PUBLIC_PREFIX, KEY_DIGITS);
    return SOTTO_ERR_INPUT;
}

sotto_err sotto_credentials_identity(sotto_context *context, sotto_credentials **credentials,
                                     const char *identity_path, const char *peer)
{
    struct sotto_credentials *made;
    sotto_err err;

    if (context == NULL) return SOTTO_ERR_USAGE;
    if (credentials == NULL || identity_path == NULL || peer == NULL) {
        return fail(context, SOTTO_ERR_USAGE, "an identity goes with the peer's public key");
    }
    made = guarded_new(sizeof *made);
    if (made == NULL) return fail_memory(context);
    err = load_identity(context, made, identity_path);
    if (err == SOTTO_OK) err = load_peer_key(context, made->peer_key, peer);
    if (err == SOTTO_OK) *credentials = made;
    else guarded_free(made);
    return err;
}

sotto_err sotto_credentials_psk(sotto_context *context, sotto_credentials **credentials,
                                const char *path)
{
    struct sotto_credentials *made;
    sotto_err err;

    if (context == NULL) return SOTTO_ERR_USAGE;
    if (credentials == NULL || path == NULL) {
        return fail(context, SOTTO_ERR_USAGE, "a pre-shared key needs a path");
    }
    made = guarded_new(sizeof *made);
    if (made == NULL) return fail_memory(context);
    made->kind = SOTTO_CREDENTIALS_PSK;
    err = load_key(context, made->secret, &psk_file, path);
    if (err == SOTTO_OK) *credentials = made;
    else guarded_free(made);
    return err;
}

sotto_err sotto_credentials_pair(sotto_context *context, sotto_credentials **first,
                                 sotto_credentials **second)
{
    struct sotto_credentials *one, *other;

    if (context == NULL) return SOTTO_ERR_USAGE;
    if (first == NULL || second == NULL) {
        return fail(context, SOTTO_ERR_USAGE, "a pair of credentials needs two places");
    }
    one = guarded_new(sizeof *one);
    other = guarded_new(sizeof *other);
    if (one == NULL || other == NULL) {
        guarded_free(one);
        guarded_free(other);
        return fail_memory(context);
    }
    draw_identity(one);
    draw_identity(other);
    memcpy(one->peer_key, other->public_key, sizeof one->peer_key);
    memcpy(other->peer_key, one->public_key, sizeof other->peer_key);
    *first = one;
    *second = other;
    return SOTTO_OK;
}

void sotto_credentials_free(sotto_credentials *credentials)
{
    guarded_free(credentials);
}
