/*
 * jsonout -- JSON for programs on standard output.
 */
#ifndef BRIDLE_CLI_JSONOUT_H
#define BRIDLE_CLI_JSONOUT_H

#include <jansson.h>

enum {
	JSONOUT_REALS = JSON_REAL_PRECISION(
		13) /* a time since 1970 to the millisecond, and none of the digits that are not known */
};

/* VALUE in a line of its own. ASCII: it may go to a terminal. */
void jsonout_line(const json_t *value);

#endif
