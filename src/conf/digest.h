/*
 * digest -- what a file holds, in 64 bits: enough to see that it changed, no defence against somebody who means it.
 */
#ifndef BRIDLE_CONF_DIGEST_H
#define BRIDLE_CONF_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#define DIGEST_INIT UINT64_C(0xcbf29ce484222325)

/* DIGEST carried on over N more BYTES (FNV-1a). */
uint64_t digest_bytes(uint64_t digest, const void *bytes, size_t n);

/* The same over what the regular file PATH holds; one that cannot be read is as good as an empty one here: whoever
 * needs it will say why. */
uint64_t digest_file(uint64_t digest, const char *path);

#endif
