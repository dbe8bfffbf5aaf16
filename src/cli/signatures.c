/*
 * signatures -- `bridle signatures`: the lines that are recognised.
 */
#include <stdio.h>

#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/own.h"
#include "core/cause.h"
#include "wire/signatures.h"

/* clang-format off */
static const char *const speakers[] = {
	[SIGNATURE_BY_MASTER] = "master", [SIGNATURE_BY_NAMELESS] = "master", [SIGNATURE_BY_WORKER] = "worker",
	[SIGNATURE_BY_ANY] = "gunicorn", [SIGNATURE_BY_PRINTED] = "printed", [SIGNATURE_BY_FOREIGN] = "foreign",
};
/* clang-format on */

int
signatures_command(const struct arguments *a)
{
	static struct own own;
	struct trouble t = { .status = CLI_FAILED };

	if (!own_read(&own, a, &t))
		return trouble_tell(&t);
	for (unsigned i = 0; i < own.count; i++)
		printf("%-20s %-8s  %s  %s\n", own.at[i].name, "own", cause_phases[own.at[i].phase], own.at[i].pattern);
	for (unsigned i = 0; i < SIGNATURES; i++)
		printf("%-20s %-8s  %s\n", signatures[i].name, speakers[signatures[i].who], signatures[i].pattern);
	return CLI_OK;
}
