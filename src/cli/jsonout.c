#include "cli/jsonout.h"

#include <stdio.h>

void
jsonout_line(const json_t *value)
{
	json_dumpf(value, stdout, JSON_COMPACT | JSON_ENSURE_ASCII | JSONOUT_REALS);
	putchar('\n');
}
