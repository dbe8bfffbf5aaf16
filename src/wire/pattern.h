/*
 * pattern -- does a message read as a pattern says? In one, %d is a number, %s a word without blanks, %* anything; all else
 * stands for itself, and the whole message is covered. Pure; never past the end.
 *
 * "%*" ends where the literal behind it is found first ("%*: %d" is not "a: b: 3"), or, where that ends the pattern, last. With
 * %d or %s right behind it, it is empty. %d takes up to nine digits.
 */
#ifndef BRIDLE_WIRE_PATTERN_H
#define BRIDLE_WIRE_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How many bytes stand for themselves where PATTERN begins. */
size_t pattern_literal(const char *pattern);

/* Does MESSAGE of LENGTH bytes end as PATTERN (not empty) does? Far cheaper than pattern_is, and false for nearly all. */
bool pattern_ends(const char *pattern, const char *message, size_t length);

/* Is MESSAGE of LENGTH bytes what PATTERN says? NUMBER gets the first two of its numbers, up to nine digits each, and is left
 * alone where there are none. */
bool pattern_is(const char *pattern, const char *message, size_t length, int32_t number[static 2]);

#endif
