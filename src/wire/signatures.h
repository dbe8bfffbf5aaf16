/*
 * signatures -- the lines that mean something, as a table made from signatures.def, and whether a message is one.
 */
#ifndef BRIDLE_WIRE_SIGNATURES_H
#define BRIDLE_WIRE_SIGNATURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/logform.h"

/* clang-format off */
enum signature {
#define SIGNATURE(id, who, levels, pattern) SIGNATURE_##id,
#include "wire/signatures.def"
#undef SIGNATURE
	SIGNATURES
};

enum signature_who {
	SIGNATURE_BY_MASTER, SIGNATURE_BY_NAMELESS, SIGNATURE_BY_WORKER, SIGNATURE_BY_ANY, SIGNATURE_BY_PRINTED, SIGNATURE_BY_FOREIGN
};
/* clang-format on */

struct signature_entry {
	char name[28]; /* as in signatures.def */
	enum signature_who who;
	unsigned levels; /* 1 << LEVEL_x of each that it is said at */
	char pattern[124];
};
extern const struct signature_entry signatures[SIGNATURES];

/* What a message says. */
struct signature_match {
	enum signature signature;
	int32_t pid;    /* the first number in it, 0 when there is none */
	int32_t detail; /* the second one, 0 when there is none */
};

/* Lines that mean something to somebody: the user's own, beside the table. Anybody may say them, at any level. */
enum { SIGNATURES_OWN = 64 };
struct signature_own {
	const char *name, *pattern;
	unsigned phase; /* what the caller wants to know of it */
};

/* The table by a byte that each message of a pattern has in one place, so that most messages meet no pattern at all: by its first
 * byte where that is said; else behind the first word and ": ", or " "; else by the last byte. */
enum signature_key { KEY_FIRST, KEY_COLON, KEY_BLANK, KEY_LAST, SIGNATURE_KEYS };

/* Chains of numbers, each one too high; 0 ends a chain. */
struct signature_index {
	uint16_t chain[SIGNATURE_KEYS][256];
	uint16_t rest;             /* those with none of these bytes, … */
	char rare[SIGNATURES];     /* … and one that they have somewhere and few messages do; 0: none */
	char second[SIGNATURES];   /* of those found by their first byte: the one behind that; 0: anything */
	uint16_t next[SIGNATURES]; /* chains have the order of the table */
	const struct signature_own *own; /* NULL: none */
	uint8_t own_first[256], own_next[SIGNATURES_OWN]; /* "%" has those that begin with anything */
};
_Static_assert(SIGNATURES_OWN < UINT8_MAX, "numbers of one's own are bytes in an index");

/* Of the table alone. */
void signatures_index(struct signature_index *index);

/* From now on also the COUNT (at most SIGNATURES_OWN) of OWN, which must live as long as INDEX; their patterns are not
 * empty. */
void signatures_index_own(struct signature_index *index, const struct signature_own *own, unsigned count);

/* The first of the user's own that the message of F (not empty) is, or NULL. */
const struct signature_own *signatures_find_own(const struct signature_index *index, const struct logform *f);

/* Is the message of F (not empty) one of the table? STRICT: this log has shown Gunicorn's header, so that whoever speaks by
 * Gunicorn's logger has one. What begins with anything is tried first, otherwise the order is that of the table. */
bool signatures_find(const struct signature_index *index, const struct logform *f, bool strict,
	struct signature_match *match);

#endif
