/*
 * overview -- all services as a table, a row each.
 *
 * Reads the reply as it came (wire/jsonr.h), because this is what is asked most often and with most services.
 */
#ifndef BRIDLE_CLI_OVERVIEW_H
#define BRIDLE_CLI_OVERVIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "cli/paint.h"

/* FRAME: the reply of List, of LENGTH bytes. On a terminal a line of sums stands below. False, and nothing printed, when
 * it is no such reply: an error perhaps. */
bool overview_print(const char *frame, size_t length, FILE *out, struct paint p);

/* Only the names, one a line. False as above. */
bool overview_print_names(const char *frame, size_t length, FILE *out);

#endif
