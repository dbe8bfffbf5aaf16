/*
 * verdict -- how a judged incident is printed: five lines for people, one JSON object for programs.
 */
#ifndef BRIDLE_CLI_VERDICT_H
#define BRIDLE_CLI_VERDICT_H

#include <stdbool.h>

#include "cli/paint.h"
#include "judge/incident.h"

/* How incidents that were read in a log are printed. */
struct verdict_printer {
	bool json;
	struct paint paint;
};

/* To standard output: a JSON object a line, or words as that terminal takes them. */
void verdict_printer_init(struct verdict_printer *p, bool json);

/* Print I; one with `times` 0 is none. */
void verdict_print(struct verdict_printer *p, const struct incident *i);

#endif
