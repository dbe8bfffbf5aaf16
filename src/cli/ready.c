/*
 * ready -- `bridle ready`: for scripts, deploys and health checks.
 */
#include "base/text.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/errands.h"
#include "cli/tell.h"
#include "cli/trouble.h"

int
ready_command(const struct arguments *a)
{
	const char *words = a->value[OPTION_WAIT];
	struct trouble t;
	msec wait = 0;

	if (words != NULL && !text_parse_duration(words, &wait)) {
		trouble_set(&t, CLI_USAGE, 0, "--wait: expected a duration such as 30s or 2m, got '%s'", words);
		trouble_hint(&t, "without --wait the answer comes at once");
		return trouble_tell(&t);
	}
	if (a->count == 0)
		return tell_outcome(a, "Ready", json_pack("{s:f}", "timeout", (double)wait / 1000));
	struct errands e = {
		.method = "Ready",
		.parameters = json_pack("{s:f}", "timeout", (double)wait / 1000),
		.names = (const char *const *)a->operands,
		.count = a->count,
		.at_a_time = ERRANDS_MAX,
	};
	int status = errands_run(&e, a);

	json_decref(e.parameters);
	return status;
}
