/*
 * trust -- opening a file for reading without being led astray on the way to it.
 */
#ifndef BRIDLE_CONF_TRUST_H
#define BRIDLE_CONF_TRUST_H

#include <stdbool.h>

#include "base/err.h"

/* Is PATH a descriptor of whoever calls us? Nobody else can have put it there, and what is read of it may be a pipe. */
bool trust_is_descriptor(const char *path);

/* Open PATH for reading, without blocking on what is not a file. As root, symbolic links are followed only where
 * they are root's own: a link that a service could have put there decides nothing for us. Returns a descriptor
 * (close-on-exec), or -1 with ERR. */
int trust_open(const char *path, struct err *err);

#endif
