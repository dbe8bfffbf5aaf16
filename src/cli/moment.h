/*
 * moment -- a point in time for people.
 */
#ifndef BRIDLE_CLI_MOMENT_H
#define BRIDLE_CLI_MOMENT_H

#include "base/msec.h"

enum { MOMENT_WORDS = 32 };

/* AT, in milliseconds since 1970, into WORDS: "2026-11-26 20:57:52"; of today the time alone. */
void moment_words(msec at, char words[MOMENT_WORDS]);

#endif
