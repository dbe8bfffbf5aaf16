/*
 * own -- the user's own signatures, as the page has them, for those who read lines (inquiry_lines.c).
 */
#ifndef BRIDLE_WATCHER_OWN_H
#define BRIDLE_WATCHER_OWN_H

#include <stdbool.h>

#include "wire/recognise.h"

struct own;

/* Those of PAGE; NULL: there are none, or no memory for them. Caller frees. */
struct own *own_of(const void *page);

/* Are they the same? Either may be NULL. */
bool own_same(const struct own *a, const struct own *b);

/* Have R recognise those of OWN (NULL: none), which must live as long as R and what R recognised. */
void own_teach(const struct own *own, struct recogniser *r);

#endif
