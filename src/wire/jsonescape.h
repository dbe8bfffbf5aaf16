/*
 * jsonescape -- what stands behind a backslash in a string of JSON (RFC 8259, 7). Pure; never past the end.
 */
#ifndef BRIDLE_WIRE_JSONESCAPE_H
#define BRIDLE_WIRE_JSONESCAPE_H

#include "base/text.h"

/* Append to T what the escape at P, behind its backslash, stands for: a lone surrogate is U+FFFD, \u0000 a NUL byte. Returns
 * where it ends, at END at most; NULL: there is no such escape. */
const char *jsonescape_add(struct text *t, const char *p, const char *end);

#endif
