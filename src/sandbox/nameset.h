/*
 * nameset -- lists of names with ~, as systemd has them for capabilities, address families and namespaces: a set of numbers
 * below 64.
 *
 * "A B" is A and B. "~A B" is everything but A and B. Words are taken in their order: where the first has a ~, everything is
 * in to begin with, else nothing; each then adds or, with ~, removes. Reading a line puts the ~ before each of its words,
 * so that several lines can be joined. "none" empties, "~none" fills.
 */
#ifndef BRIDLE_SANDBOX_NAMESET_H
#define BRIDLE_SANDBOX_NAMESET_H

#include <stdbool.h>
#include <stdint.h>

enum nameset_kind { NAMESET_CAPABILITIES, NAMESET_FAMILIES, NAMESET_NAMESPACES, NAMESET_SECURE_BITS };

/* The number of WORD (without ~; case does not matter); -1 when there is none. */
int nameset_number(enum nameset_kind kind, const char *word);

/* The name of NUMBER, as it is written; "" when it has none. */
const char *nameset_word(enum nameset_kind kind, int number);

/* Every number that has a name. */
uint64_t nameset_all(enum nameset_kind kind);

/* What the COUNT words at WORDS, all known, come to. */
uint64_t nameset_resolve(enum nameset_kind kind, const char *const *words, uint32_t count);

/* The flag of clone(2) for namespace NUMBER of NAMESET_NAMESPACES. */
uint32_t nameset_clone_flag(int number);

#endif
