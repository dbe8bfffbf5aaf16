/*
 * jsonr -- JSON read where it lies, front to back, taking no memory: the counterpart of jsonw.
 *
 * For answers with many objects, where jansson would build each of them before the first is looked at. The reader says
 * what it expects next; a value of another kind is passed over, and the call returns false:
 *
 *	jsonr_object_open(&r);
 *	while (jsonr_object_next(&r, &key))
 *		if (jsonr_key_is(key, "name"))
 *			jsonr_string(&r, &name);
 *		else
 *			jsonr_skip(&r);
 *
 * After each key and each element exactly one value must be taken (or opened and read to its end, or skipped). What is
 * not JSON makes every later call return false; whether all went well is asked once, at the end, of jsonr_done.
 * Keys are compared as they are written, so one written with escapes is an unknown key. UTF-8 is not checked.
 */
#ifndef BRIDLE_WIRE_JSONR_H
#define BRIDLE_WIRE_JSONR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

enum { JSONR_DEPTH = 32 };

struct jsonr {
	const char *at, *end;
	unsigned depth; /* objects and arrays open */
	bool first;     /* nothing has been taken from the innermost one yet */
	bool failed;
};

struct jsonr_key {
	const char *at;
	size_t length;
};

/* Begin with the LENGTH bytes at BYTES; they must stay as they are. */
void jsonr_init(struct jsonr *r, const char *bytes, size_t length);

/* Was all of it one valid value, read to its end? */
bool jsonr_done(struct jsonr *r);

/* Enter the object, or the array, that comes next. */
bool jsonr_object_open(struct jsonr *r);
bool jsonr_array_open(struct jsonr *r);

/* The next key of the object, or whether there is another element; false at the end, which is thereby left. */
bool jsonr_object_next(struct jsonr *r, struct jsonr_key *key);
bool jsonr_array_next(struct jsonr *r);

/* Is KEY NAME? As it is written: one with escapes is not. */
bool jsonr_key_is(struct jsonr_key key, const char *name);

/* Take the value that comes next. Strings are appended to T without their escapes (a lone surrogate is U+FFFD, \u0000 a
 * NUL byte). Integers have no fraction and no exponent and fit; anything else is "another kind". Thousandths are a
 * decimal number times 1000, further digits cut off; with an exponent, or above 10^15, it is another kind. */
bool jsonr_string(struct jsonr *r, struct text *t);
bool jsonr_integer(struct jsonr *r, int64_t *value);
bool jsonr_thousandths(struct jsonr *r, int64_t *value);
bool jsonr_bool(struct jsonr *r, bool *value);

/* Pass over the value that comes next, whatever it is. */
void jsonr_skip(struct jsonr *r);

#endif
