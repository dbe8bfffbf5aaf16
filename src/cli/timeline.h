/*
 * timeline -- the answer of org.bridle.History for people: a table of what happened, and a chart of how it went.
 */
#ifndef BRIDLE_CLI_TIMELINE_H
#define BRIDLE_CLI_TIMELINE_H

#include <jansson.h>
#include <stdio.h>

#include "base/msec.h"
#include "cli/paint.h"

/* False when memory was short: some of it is missing then. */
bool timeline_print_table(const json_t *happenings, FILE *out, struct paint p);

/* Of TRENDS the finest that reaches back to SINCE (milliseconds since 1970), or the coarsest; as much of it as fits. What
 * HAPPENINGS lie in that time is marked. Nothing where there are no trends. */
void timeline_print_chart(const json_t *trends, const json_t *happenings, msec since, FILE *out, struct paint p);

#endif
