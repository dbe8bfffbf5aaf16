/*
 * detail -- one service closely: a block of lines, and its workers as a table.
 */
#ifndef BRIDLE_CLI_DETAIL_H
#define BRIDLE_CLI_DETAIL_H

#include <jansson.h>
#include <stdio.h>

#include "cli/paint.h"

/* SERVICES: an array of what List answers without brief; a block each, an empty line between two. */
void detail_print(const json_t *services, FILE *out, struct paint p);

/* The first line of a block: "web  waiting for 31s: it could not be started: failure 3". */
void detail_print_heading(const json_t *service, FILE *out, struct paint p);

#endif
