GARBLE_SOURCES = \
	lib/garble/bundle.c lib/garble/bundle.h \
	lib/garble/crew.c lib/garble/crew.h \
	lib/garble/finals.c lib/garble/finals.h \
	lib/garble/garble.c lib/garble/garble.h \
	lib/garble/groups.h lib/garble/lanes.h \
	lib/garble/kernels.c lib/garble/kernels.h \
	lib/garble/kernels_portable.c
AESNI_SOURCES += lib/garble/kernels_aesni.c
VAES256_SOURCES += lib/garble/kernels_vaes256.c
VAES512_SOURCES += lib/garble/kernels_vaes512.c
