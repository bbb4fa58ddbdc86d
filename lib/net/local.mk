NET_SOURCES = \
	lib/net/address.c lib/net/address.h \
	lib/net/certificate.c lib/net/certificate.h \
	lib/net/channel.c lib/net/channel.h \
	lib/net/credentials.c lib/net/credentials.h \
	lib/net/deadline.c lib/net/deadline.h \
	lib/net/dialler.c lib/net/dialler.h \
	lib/net/listener.c lib/net/listener.h \
	lib/net/tls.c lib/net/tls.h \
	lib/net/transport.c lib/net/transport.h \
	lib/net/wire.c lib/net/wire.h
