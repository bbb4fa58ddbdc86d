SHARE_SOURCES = \
	lib/share/project.c lib/share/project.h \
	lib/share/ring.c lib/share/ring.h
