/*
 * pyini -- an INI file as supervisord reads it: by Python's RawConfigParser with ; and # behind values as comments
 * (supervisor/options.py, UnhosedConfigParser).
 *
 * "name = value" or "name: value"; names are taken in lower case; lines indented more deeply than the name go on
 * with its value, which keeps a line feed for each; a ; or # behind a blank begins a comment.
 */
#ifndef BRIDLE_WIRE_PYINI_H
#define BRIDLE_WIRE_PYINI_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum pyini_item { PYINI_END, PYINI_SECTION, PYINI_ASSIGNMENT, PYINI_BAD };

struct pyini {
	const char *next, *end; /* what was not taken yet */
	unsigned number;        /* of the last line taken */
	/* what was taken last; strings are valid until the next is */
	unsigned line;      /* where it begins, from 1 */
	char *text;         /* a line, without its comment and the blanks around it */
	char *section;      /* that it stands in; "" before the first one */
	char *name, *value; /* of an assignment; the value's lines are parted by line feeds */
};

/* Begin with LENGTH BYTES, which must stay. Takes memory for them once; false when there is none. */
bool pyini_init(struct pyini *p, const char *bytes, size_t length);
void pyini_release(struct pyini *p);

/* Take the next item. PYINI_BAD with ERR for a line that is neither heading nor assignment (supervisord refuses the
 * file then), or holds a control character; text is what it says all the same. */
enum pyini_item pyini_next(struct pyini *p, struct err *err);

#endif
