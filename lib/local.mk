# libsotto. The rooms, lowest first; each may include only those above it.
include lib/base/local.mk
include lib/crypto/local.mk
include lib/circuit/local.mk
include lib/garble/local.mk
include lib/ot/local.mk
include lib/share/local.mk
include lib/net/local.mk
include lib/proto/local.mk

include_HEADERS = lib/sotto.h lib/sotto-ot.h lib/sotto-share.h
pkgconfig_DATA = lib/sotto.pc
EXTRA_DIST += lib/sotto.sym

# Everything but the two seams (heap.c, random.c), which the tests replace.
noinst_LTLIBRARIES += libsotto_core.la
libsotto_core_la_SOURCES = lib/sotto.h lib/sotto-ot.h lib/sotto-share.h $(BASE_SOURCES) $(CRYPTO_SOURCES) $(CIRCUIT_SOURCES) \
	$(GARBLE_SOURCES) $(OT_SOURCES) $(SHARE_SOURCES) $(NET_SOURCES) $(PROTO_SOURCES)
libsotto_core_la_LIBADD = $(SODIUM_LIBS) $(OPENSSL_LIBS) $(JANSSON_LIBS)

# One library per instruction set: only these files get its flags.
if X86_64
noinst_LTLIBRARIES += libsotto_aesni.la libsotto_vaes256.la libsotto_vaes512.la
libsotto_aesni_la_SOURCES = $(AESNI_SOURCES)
libsotto_aesni_la_CFLAGS = $(AM_CFLAGS) -maes -mssse3 -msse4.1 -mpclmul
libsotto_vaes256_la_SOURCES = $(VAES256_SOURCES)
libsotto_vaes256_la_CFLAGS = $(AM_CFLAGS) -maes -mpclmul -mavx2 -mvaes -mvpclmulqdq
libsotto_vaes512_la_SOURCES = $(VAES512_SOURCES)
libsotto_vaes512_la_CFLAGS = $(AM_CFLAGS) -maes -mpclmul -mavx2 -mvaes -mvpclmulqdq -mgfni \
	-mavx512f -mavx512bw -mavx512dq -mavx512vl -mprefer-vector-width=512
libsotto_core_la_LIBADD += libsotto_aesni.la libsotto_vaes256.la libsotto_vaes512.la
endif

lib_LTLIBRARIES += libsotto.la
libsotto_la_SOURCES = $(SEAM_SOURCES)
libsotto_la_LIBADD = libsotto_core.la
libsotto_la_DEPENDENCIES = libsotto_core.la $(srcdir)/lib/sotto.sym
libsotto_la_LDFLAGS = -version-info $(SOTTO_VERSION_INFO) -no-undefined \
	-export-symbols $(srcdir)/lib/sotto.sym
