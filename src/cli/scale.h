/*
 * scale -- how many workers "5", "+1", "-2" ask for.
 */
#ifndef BRIDLE_CLI_SCALE_H
#define BRIDLE_CLI_SCALE_H

#include <stdbool.h>

enum { SCALE_MAX = 1024 /* workers; the most that bridle.ini takes too */ };

/* WORDS: 1 to SCALE_MAX, or a sign and 1 to SCALE_MAX. *BY: it is a difference. False for anything else. */
bool scale_parse(const char *words, int *workers, bool *by);

#endif
