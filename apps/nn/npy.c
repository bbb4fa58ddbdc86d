/* NumPy's .npy files, versions 1 and 2: a header in the syntax of Python, then the elements. */
#include "apps/nn/data.h"
#include "apps/nn/tensor.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct npy {
    char kind;   /**< f, i, u or b */
    size_t size; /**< bytes of an element */
    bool big;    /**< most significant byte first */
    bool columns_first;
    unsigned rank;
    uint64_t dims[8];
};

static int bad(struct report *report, const char *name, const char *what)
{
    return report_fail(report, STATUS_INPUT, "%s: %s", name, what);
}

/** What stands behind 'key': in the header, NULL when the key is not there. */
static const char *entry(const char *header, const char *key)
{
    const char *at = strstr(header, key);

    if (at == NULL) return NULL;
    at += strlen(key);
    at += strspn(at, " ");
    if (*at++ != ':') return NULL;
    return at + strspn(at, " ");
}

static bool parse_type(struct npy *npy, const char *at)
{
    if (at == NULL || *at++ != '\'' || *at == '\0' || strchr("<>|=", *at) == NULL) return false;
    npy->big = *at++ == '>';
    npy->kind = *at++;
    if (npy->kind == '\0' || strchr("fiub", npy->kind) == NULL) return false;
    if (strchr("1248", *at) == NULL || *at == '\0' || at[1] != '\'') return false;
    npy->size = (size_t)(*at - '0');
    if (npy->kind == 'b') return npy->size == 1;
    return npy->kind != 'f' || npy->size >= 2;
}

static int read_type(struct report *report, struct npy *npy, const char *header, const char *name)
{
    const char *type = entry(header, "'descr'");
    char part[SHOWN_SIZE];

    if (parse_type(npy, type)) return STATUS_OK;
    if (type == NULL) return bad(report, name, "its header names no type");
    report_fail(report, STATUS_INPUT, "%s: elements of type %s are not supported", name,
                shown(part, type, type[0] == '\'' ? strcspn(type + 1, "'") + 2 : strlen(type)));
    report_hint(report, "Save them as numbers: numpy.save(FILE, rows.astype('float32')).");
    return STATUS_INPUT;
}

static bool read_shape(struct npy *npy, const char *header)
{
    const char *at = entry(header, "'shape'");

    if (at == NULL || *at++ != '(') return false;
    for (;;) {
        char *stop;

        at += strspn(at, " ");
        if (*at == ')') return true;
        if (*at < '0' || *at > '9' || npy->rank == 8) return false;
        npy->dims[npy->rank++] = strtoull(at, &stop, 10);
        at = stop + strspn(stop, " ");
        if (*at == ',') at++;
        else if (*at != ')') return false;
    }
}

static int read_header(struct report *report, struct npy *npy, size_t *begin, const char *text,
                       size_t text_len, const char *name)
{
    const uint8_t *bytes = (const uint8_t *)text;
    size_t len, at;
    const char *order;
    char *header;
    int status;

    if (text_len < 6 || memcmp(text, "\x93NUMPY", 6) != 0)
        return bad(report, name, "not a .npy file");
    if (text_len < 12) return bad(report, name, "truncated");
    if (bytes[6] != 1 && bytes[6] != 2) return bad(report, name, "a version that is not supported");
    at = bytes[6] == 1 ? 10 : 12;
    len = bytes[8] | (size_t)bytes[9] << 8;
    if (bytes[6] == 2) len |= (size_t)bytes[10] << 16 | (size_t)bytes[11] << 24;
    if (len > text_len - at) return bad(report, name, "truncated");
    header = strndup(text + at, len);
    if (header == NULL) return report_memory(report);
    order = entry(header, "'fortran_order'");
    status = read_type(report, npy, header, name);
    if (status == STATUS_OK && (order == NULL || !read_shape(npy, header)))
        status =
            bad(report, name, "its header names no shape or order, or one that makes no sense");
    npy->columns_first = order != NULL && strncmp(order, "True", 4) == 0;
    free(header);
    *begin = at + len;
    return status;
}

static double element(const struct npy *npy, const uint8_t *at)
{
    uint64_t bits = 0;
    uint32_t low;
    float f;
    double d;

    for (size_t i = 0; i < npy->size; i++)
        bits |= (uint64_t)at[npy->big ? npy->size - 1 - i : i] << 8 * i;
    if (npy->kind == 'f' && npy->size == 4) {
        low = (uint32_t)bits;
        memcpy(&f, &low, sizeof f);
        return f;
    }
    if (npy->kind == 'f' && npy->size == 2) return tensor_from_half(TENSOR_FLOAT16, (uint16_t)bits);
    if (npy->kind == 'f') {
        memcpy(&d, &bits, sizeof d);
        return d;
    }
    if (npy->kind != 'i') return (double)bits;
    if (npy->size < 8 && bits >> (8 * npy->size - 1) != 0)
        return (double)bits - ldexp(1, (int)(8 * npy->size));
    return (double)(int64_t)bits;
}

/** Place in the file of element i, which is counted with rows first. */
static uint64_t place(const struct npy *npy, uint64_t i)
{
    uint64_t at = 0, stride[8] = {1};

    if (!npy->columns_first) return i;
    for (unsigned d = 1; d < npy->rank; d++) stride[d] = stride[d - 1] * npy->dims[d - 1];
    for (unsigned d = npy->rank; d-- > 0; i /= npy->dims[d]) at += i % npy->dims[d] * stride[d];
    return at;
}

int data_parse_npy(struct report *report, struct dataset *data, const char *text, size_t text_len,
                   uint64_t n_columns, const char *name)
{
    struct npy npy = {0};
    struct dataset rows = {0};
    uint64_t n = 1, width = 1;
    size_t begin;
    int status = read_header(report, &npy, &begin, text, text_len, name);

    if (status != STATUS_OK) return status;
    for (unsigned d = 0; d < npy.rank; d++) {
        if (npy.dims[d] == 0 || __builtin_mul_overflow(n, npy.dims[d], &n) || n > DATA_MAX_VALUES)
            return bad(report, name, "an empty or too large shape");
        if (d > 0) width *= npy.dims[d];
    }
    if (n != (text_len - begin) / npy.size || (text_len - begin) % npy.size != 0)
        return bad(report, name, "truncated, or longer than its shape");
    /* One dimension is one row, and a lone row needs no dimension for the batch. */
    if (width != n_columns && n == n_columns) width = n;
    if (width != n_columns || n % width != 0)
        return report_fail(report, STATUS_INPUT, "%s has rows of %llu values, not %llu", name,
                           (unsigned long long)width, (unsigned long long)n_columns);
    status = data_allocate(report, &rows, n / width, width, name);
    for (uint64_t i = 0; status == STATUS_OK && i < n; i++) {
        rows.values[i] = element(&npy, (const uint8_t *)text + begin + place(&npy, i) * npy.size);
        if (!isfinite(rows.values[i]))
            status = report_fail(report, STATUS_INPUT,
                                 "%s: value %llu of row %llu is not a finite number: %g", name,
                                 (unsigned long long)(i % width + 1),
                                 (unsigned long long)(i / width + 1), rows.values[i]);
    }
    if (status == STATUS_OK) *data = rows;
    else data_free(&rows);
    return status;
}
