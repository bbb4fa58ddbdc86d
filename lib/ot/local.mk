OT_SOURCES = \
	lib/ot/base.c lib/ot/base.h \
	lib/ot/direct.c lib/ot/direct.h \
	lib/ot/extension.c lib/ot/extension.h \
	lib/ot/transfer.c lib/ot/transfer.h \
	lib/ot/tree.c lib/ot/tree.h
