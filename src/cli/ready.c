/*
 * ready -- `bridle ready`: for scripts, deploys and health checks.
 */
#include <poll.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/connection.h"
#include "cli/errands.h"
#include "cli/tell.h"
#include "cli/trouble.h"
#include "cli/within.h"

enum { LOOK_AGAIN = 50 /* msec: a socket that is yet to be made tells nobody when it is */ };

/* A script that has just started bridled waits for it too: until its socket is there, or WAIT is over. Returns what is
 * left of WAIT. Any other trouble is for the call itself to tell. */
static msec
await_daemon(const struct arguments *a, msec wait)
{
	msec until = clock_now() + wait;
	struct connection c;
	struct trouble t;

	/* by connecting, not by looking for the file: one that is left over answers nobody */
	while (!connection_open(&c, a, &t)) {
		if (t.status != CLI_NO_DAEMON || wait <= 0)
			return 0;
		poll(NULL, 0, LOOK_AGAIN);
		wait = until - clock_now();
	}
	connection_close(&c);
	return wait > 0 ? wait : 0;
}

int
ready_command(const struct arguments *a)
{
	const char *words = a->value[OPTION_WAIT];
	const char *command;
	struct trouble t;
	msec wait = 0;

	if (words != NULL && !text_parse_duration(words, &wait)) {
		trouble_set(&t, CLI_USAGE, 0, "--wait: expected a duration such as 30s or 2m, got '%s'", words);
		trouble_hint(&t, "without --wait the answer comes at once");
		return trouble_tell(&t);
	}
	command = a->count == 0 && wait > 0 ? within(a, NULL) : NULL;
	if (command != NULL) { /* all that should be up: the service that runs us is among them */
		within_tell(getenv("BRIDLE_SERVICE"), command);
		wait = 0;
	}
	if (wait > 0) /* without --wait nobody waits, for bridled neither */
		wait = await_daemon(a, wait);
	if (a->count == 0)
		/* one call: bridled knows which should be up, and they may change while it waits */
		return tell_outcome(a, "Ready", json_pack("{s:f}", "timeout", (double)wait / 1000));
	struct errands e = {
		.method = "Ready",
		.parameters = json_pack("{s:f}", "timeout", (double)wait / 1000),
		.self = wait > 0 ? json_pack("{s:f}", "timeout", 0.) : NULL,
		.names = (const char *const *)a->operands,
		.count = a->count,
		.at_a_time = ERRANDS_MAX,
	};
	int status = errands_run(&e, a);

	json_decref(e.parameters);
	json_decref(e.self);
	return status;
}
