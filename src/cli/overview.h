/*
 * overview -- all services as a table, a row each.
 */
#ifndef BRIDLE_CLI_OVERVIEW_H
#define BRIDLE_CLI_OVERVIEW_H

#include <jansson.h>
#include <stdio.h>

#include "cli/paint.h"

/* SERVICES: the array that List answers with. On a terminal with a line of sums below. */
void overview_print(const json_t *services, FILE *out, struct paint p);

#endif
