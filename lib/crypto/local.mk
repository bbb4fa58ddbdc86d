CRYPTO_SOURCES = \
	lib/crypto/aes_portable.c lib/crypto/aes_portable.h lib/crypto/aes_vec.h \
	lib/crypto/block.h \
	lib/crypto/gf128.c lib/crypto/gf128.h \
	lib/crypto/group.c lib/crypto/group.h \
	lib/crypto/groups.h \
	lib/crypto/hash.c lib/crypto/hash.h \
	lib/crypto/kernels.c lib/crypto/kernels.h \
	lib/crypto/kernels_portable.c \
	lib/crypto/leaves.h \
	lib/crypto/oracle.c lib/crypto/oracle.h \
	lib/crypto/prg.c lib/crypto/prg.h
AESNI_SOURCES = lib/crypto/vec128.h lib/crypto/kernels_aesni.c
VAES256_SOURCES = lib/crypto/vec256.h lib/crypto/kernels_vaes256.c
VAES512_SOURCES = lib/crypto/vec512.h lib/crypto/kernels_vaes512.c
