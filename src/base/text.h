/*
 * text -- words in a buffer of fixed size: never past its end, always ended by NUL, and it remembers
 * when something did not fit.
 */
#ifndef BRIDLE_BASE_TEXT_H
#define BRIDLE_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/msec.h"

struct text {
	char *at;    /* the caller's buffer; NUL-ended */
	size_t size; /* of the buffer, > 0 */
	size_t len;  /* bytes in use, < size */
	bool cut;    /* something did not fit */
};

/* Begin an empty text in BUFFER of SIZE bytes (> 0). */
void text_init(struct text *t, char *buffer, size_t size);

/* Append; what does not fit is left out and `cut` set. Returns !cut. */
bool text_add(struct text *t, const char *words);
bool text_addn(struct text *t, const char *bytes, size_t n);
bool text_addf(struct text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* How many bytes a UTF-8 character has that begins with FIRST (1 to 4); 0: none does. */
size_t text_utf8_size(unsigned char first);

/* May C be byte I (>= 1, below that size) of a character that begins with FIRST? Not in a form that is overlong, a surrogate, or
 * beyond U+10FFFF. */
bool text_utf8_goes_on(unsigned char first, size_t i, unsigned char c);

/* Length in bytes of the UTF-8 character that the N (> 0) BYTES begin with; 0 when they begin with none that is valid
 * and whole. */
size_t text_utf8_length(const char *bytes, size_t n);

/* The next three append and return as those above.
 *
 * BYTES as people may safely see them on a terminal: control characters but tabs, and broken UTF-8, as \xHH. */
bool text_add_visible(struct text *t, const char *bytes, size_t n);

/* A duration for people: its two largest units, and exactly below ten seconds: "350ms", "1500ms", "30s",
 * "1m30s", "2d4h". Negative ones are "0s". */
bool text_add_duration(struct text *t, msec d);

/* A size with one decimal and a binary unit: "512", "1.5K", "256M", "2G". */
bool text_add_size(struct text *t, uint64_t bytes);

/* Copy SRC into the array DST (size known by the compiler), cut if need be. Returns whether it fitted. */
bool text_copy(char *dst, size_t size, const char *src);

/* "500ms" "30s" "5m" "2h" "1d" "1m30s"; a bare number is seconds ("1.5" too). False when WORDS is anything
 * else, negative, or overflows. */
bool text_parse_duration(const char *words, msec *out);

/* "512" "64K" "256M" "2G" "1T" (binary; a trailing B or iB is allowed), in bytes. False as above. */
bool text_parse_size(const char *words, uint64_t *out);

/* The decimal integer WORDS, whole, within [LOWEST, HIGHEST]; false: it is none, and *OUT is as it was. */
bool text_parse_int(const char *words, int64_t lowest, int64_t highest, int64_t *out);

/* The value of ASSIGNMENT, if that is NAME=VALUE, as in an environment or among options; else NULL. It points into it. */
const char *text_value_of(const char *assignment, const char *name);

/* How many single edits (insert, delete, replace, swap of neighbours) turn A into B; at most 32 bytes of
 * each count. For "did you mean". */
unsigned text_distance(const char *a, const char *b);

#endif
