BASE_SOURCES = \
	lib/base/checked.h \
	lib/base/cpu.c lib/base/cpu.h \
	lib/base/ct.h \
	lib/base/cursor.h \
	lib/base/error.c lib/base/error.h \
	lib/base/heap.h \
	lib/base/memory.c lib/base/memory.h \
	lib/base/random.h \
	lib/base/team.c lib/base/team.h
SEAM_SOURCES = lib/base/heap.c lib/base/random.c
