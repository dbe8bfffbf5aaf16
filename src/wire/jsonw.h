/*
 * jsonw -- JSON written straight into a growing buffer.
 *
 * For answers with many objects, where jansson would build each of them before it is printed. What is written is
 * valid as long as calls are paired as JSON is; commas come by themselves:
 *
 *	jsonw_object_open(&w);
 *	jsonw_key_string(&w, "name", name);
 *	jsonw_key(&w, "workers");
 *	jsonw_array_open(&w);
 *	...
 *	jsonw_array_close(&w);
 *	jsonw_object_close(&w);
 *
 * No call fails by itself: without memory, or beyond the bound, nothing more is written, and jsonw_take says so.
 */
#ifndef BRIDLE_WIRE_JSONW_H
#define BRIDLE_WIRE_JSONW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct jsonw {
	char *at;
	size_t len, size; /* in use; taken */
	size_t max;       /* bound of size */
	unsigned depth;   /* objects and arrays open */
	bool comma;       /* something stands before what comes next */
	bool failed;      /* it is not whole */
};

/* Empty, with a bound of MAX bytes. Takes no memory yet. */
void jsonw_init(struct jsonw *w, size_t max);

/* Forget what was written. */
void jsonw_free(struct jsonw *w);

/* What was written, ended by NUL, which counts in *LENGTH: a varlink frame. free() it. NULL when it did not fit or
 * memory was out. W is empty afterwards. */
char *jsonw_take(struct jsonw *w, size_t *length);

/* Each that is opened is closed again, in its turn. */
void jsonw_object_open(struct jsonw *w);
void jsonw_object_close(struct jsonw *w);
void jsonw_array_open(struct jsonw *w);
void jsonw_array_close(struct jsonw *w);

/* The key of the value that comes next: printable ASCII without quote and backslash, as names in our interface are. */
void jsonw_key(struct jsonw *w, const char *key);

/* N BYTES of anybody's: control characters escaped, each byte that is no UTF-8 replaced by U+FFFD. NULL: null. */
void jsonw_stringn(struct jsonw *w, const char *bytes, size_t n);
void jsonw_string(struct jsonw *w, const char *words);
void jsonw_integer(struct jsonw *w, int64_t value);
/* A number with three decimals: seconds from milliseconds. */
void jsonw_thousandths(struct jsonw *w, int64_t value);
void jsonw_bool(struct jsonw *w, bool value);
void jsonw_null(struct jsonw *w);
/* A value that was written before, N bytes: JSON already. */
void jsonw_raw(struct jsonw *w, const char *value, size_t n);

/* A key and its value. */
void jsonw_key_string(struct jsonw *w, const char *key, const char *words);
void jsonw_key_integer(struct jsonw *w, const char *key, int64_t value);
void jsonw_key_thousandths(struct jsonw *w, const char *key, int64_t value);
void jsonw_key_bool(struct jsonw *w, const char *key, bool value);
void jsonw_key_null(struct jsonw *w, const char *key);

/* A key and its value where that is KNOWN, else null: what could not be seen is never 0 or false, for who reads it may want to act
 * on it, and a key that is always there is easier to read than one that may be. */
void jsonw_known_integer(struct jsonw *w, const char *key, bool known, int64_t value);
void jsonw_known_thousandths(struct jsonw *w, const char *key, bool known, int64_t value);
void jsonw_known_bool(struct jsonw *w, const char *key, bool known, bool value);

#endif
