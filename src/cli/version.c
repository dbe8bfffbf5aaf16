/*
 * version -- `bridle version`: of this command, and of the daemon that it talks to.
 */
#include <stdio.h>

#include "base/text.h"
#include "cli/cells.h"
#include "cli/cli.h"
#include "cli/connection.h"
#include "cli/commands.h"
#include "cli/field.h"
#include "cli/paint.h"

#include "config.h"

static void
print_info(const json_t *info)
{
	char buffer[256];
	struct text words;
	int64_t pid, watcher, services, restarts;
	msec uptime;

	field_integer(info, "pid", &pid);
	field_integer(info, "watcher", &watcher);
	field_integer(info, "services", &services);
	field_integer(info, "watcher_restarts", &restarts);
	field_seconds(info, "uptime", &uptime);
	text_init(&words, buffer, sizeof buffer);
	text_addf(&words, "bridled %s: pid %lld, up ", field_text(info, "version"), (long long)pid);
	cells_add_duration(&words, uptime);
	text_addf(&words, ", %lld services; watcher: pid %lld, replaced %lld times", (long long)services,
		(long long)watcher, (long long)restarts);
	paint_visible(stdout, buffer);
	putchar('\n');
}

int
version_command(const struct arguments *a)
{
	struct connection c;
	struct varlink_reply reply;
	struct trouble t;
	bool ok;

	/* ours stands there in any case; without a daemon the exit status says so */
	puts("bridle " PACKAGE_VERSION);
	if (!connection_open(&c, a, &t))
		return trouble_tell(&t);
	ok = connection_call(&c, "Info", NULL, &reply, &t);
	connection_close(&c);
	if (!ok)
		return trouble_tell(&t);
	print_info(reply.parameters);
	varlink_reply_free(&reply);
	return CLI_OK;
}
