/* Checks of what is known when a circuit is compiled. */
#undef assert

#ifdef NDEBUG
#define assert(condition) ((void)0)
#else
#define assert(condition) __gc_assert(!!(condition))
#endif

#ifndef static_assert
#define static_assert _Static_assert
#endif
