/*
 * verdict -- how a judged incident is printed: five lines for people, one JSON object for programs.
 */
#ifndef BRIDLE_CLI_VERDICT_H
#define BRIDLE_CLI_VERDICT_H

#include <stdbool.h>

#include "cli/paint.h"
#include "judge/incident.h"

struct verdict_printer {
	bool json;
	struct paint paint;
};

void verdict_printer_init(struct verdict_printer *p, bool json);
void verdict_print(struct verdict_printer *p, const struct incident *i);

#endif
