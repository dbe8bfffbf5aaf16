/*
 * words -- a line split into words as a shell would, without any expansion: $, %, *, ~ and the like are
 * ordinary characters.
 *
 * 'all literal', "backslash before \" and \\ only", and a backslash outside of quotes takes the next character
 * as it is. Pieces that touch are one word: --name='my app'.
 */
#ifndef BRIDLE_CONF_WORDS_H
#define BRIDLE_CONF_WORDS_H

#include "conf/arena.h"
#include "conf/conf.h"

/* Split LINE at blanks, and at commas too when COMMAS. The words are made in ARENA; OUT is NULL-ended. False
 * with ERR when a quote is not closed or a backslash ends the line. */
bool words_split(struct arena *arena, const char *line, bool commas, struct conf_words *out, struct err *err);

/* Append WORD to T, quoted where words_split would otherwise take it apart. Returns !cut. */
struct text;
bool words_quote(struct text *t, const char *word);

/* WORDS in one string, each quoted where it needs it, BETWEEN between them. Made in ARENA; "" when there is no memory. */
const char *words_join(struct arena *arena, const struct conf_words *words, const char *between);

/* The list of no words; its `at` is NULL-ended as well. */
struct conf_words words_none(void);

#endif
