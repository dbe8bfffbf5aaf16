/*
 * arena -- memory of one configuration: handed out piece by piece, given back all at once.
 *
 * Running out is remembered instead of being answered at every call: what is handed out then is still valid to
 * read (an empty string) or NULL, and whoever owns the arena asks arena_failed() once, at the end.
 */
#ifndef BRIDLE_CONF_ARENA_H
#define BRIDLE_CONF_ARENA_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

/* NULL when there is no memory. */
struct arena *arena_new(void);
void arena_free(struct arena *arena);

/* SIZE zeroed bytes, aligned for any pointer or 64-bit integer; NULL when there is no memory. SIZE 0 is allowed. */
void *arena_alloc(struct arena *arena, size_t size);

/* N bytes of BYTES and a NUL; never NULL: "" when there is no memory. */
const char *arena_copy(struct arena *arena, const char *bytes, size_t n);
const char *arena_copy_string(struct arena *arena, const char *words);

/* Formatted, as by snprintf; never NULL. */
const char *arena_printf(struct arena *arena, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Whether anything was refused since arena_new. */
bool arena_failed(const struct arena *arena);

#endif
