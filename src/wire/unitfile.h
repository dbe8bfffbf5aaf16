/*
 * unitfile -- a systemd unit taken apart: systemd.syntax(7). Bytes in, lines that say something out; no opinion
 * about what they say.
 *
 * A line that ends in a backslash goes on in the next, with a blank in its place; comments (# and ;) are left out,
 * between the pieces of such a line as well; blanks around names and values go. What systemd only warns of and passes
 * over is handed out as UNITFILE_IGNORED: whoever reads somebody else's unit must be told.
 */
#ifndef BRIDLE_WIRE_UNITFILE_H
#define BRIDLE_WIRE_UNITFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum unitfile_item { UNITFILE_END, UNITFILE_SECTION, UNITFILE_ASSIGNMENT, UNITFILE_IGNORED, UNITFILE_BAD };

struct unitfile {
	const char *next, *end; /* what was not taken yet */
	unsigned number;        /* of the last line taken */
	/* what was taken last; strings are valid until the next is */
	unsigned line;      /* where it begins, from 1 */
	char *text;         /* the whole line, joined, blanks around it trimmed */
	char *section;      /* that it stands in; "" before the first one */
	char *name, *value; /* of an assignment */
};

/* Begin with LENGTH BYTES, which must stay. Takes memory for them once; false when there is none. */
bool unitfile_init(struct unitfile *u, const char *bytes, size_t length);
void unitfile_release(struct unitfile *u);

/* Take the next line that says something. With ERR: UNITFILE_IGNORED for one that is neither heading nor assignment, or
 * stands before the first heading (config_parse() of systemd goes on behind it); UNITFILE_BAD for a heading without its
 * end, and for a NUL or another control character. Text is what it says all the same. */
enum unitfile_item unitfile_next(struct unitfile *u, struct err *err);

#endif
