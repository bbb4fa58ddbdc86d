/* size_t, ptrdiff_t, NULL and offsetof, for circuits. */
#ifndef GC_STDDEF_H
#define GC_STDDEF_H

typedef unsigned long size_t;
typedef long ptrdiff_t;
typedef int wchar_t;

#define NULL ((void *)0)
#define offsetof(type, member) __builtin_offsetof(type, member)

#endif
