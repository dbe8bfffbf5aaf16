/*
 * reexec -- `bridle reexec`: bridled becomes the program that lies on the disk, and that is seen before we say so.
 */
#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/connection.h"
#include "cli/field.h"
#include "cli/paint.h"

enum { PATIENCE = 30000, EVERY = 20 /* ms */ };

/* What tells one program from the next: the counter rises with each re-exec, while the pid stays. */
struct seen {
	int64_t reexecs, pid;
	char version[64];
};

static bool
look(const struct arguments *a, struct seen *seen, struct trouble *t)
{
	struct connection c;
	struct varlink_reply reply;
	bool ok;

	if (!connection_open(&c, a, t))
		return false;
	ok = connection_call(&c, "Info", NULL, &reply, t);
	if (ok) {
		field_integer(reply.parameters, "reexecs", &seen->reexecs);
		field_integer(reply.parameters, "pid", &seen->pid);
		text_copy(seen->version, sizeof seen->version, field_text(reply.parameters, "version"));
		varlink_reply_free(&reply);
	}
	connection_close(&c);
	return ok;
}

static bool
ask(const struct arguments *a, struct trouble *t)
{
	struct connection c;
	struct varlink_reply reply;
	bool ok;

	if (!connection_open(&c, a, t))
		return false;
	/* the new program is run first to say whether it can read the state (--accepts-state) */
	connection_be_patient(&c);
	ok = connection_call(&c, "Reexec", NULL, &reply, t);
	if (ok)
		varlink_reply_free(&reply);
	connection_close(&c);
	return ok;
}

/* It ended, and whoever looks after it started another one, which has counted no re-exec yet. */
static bool
tell_another(const struct seen *before, const struct seen *after, struct trouble *t)
{
	trouble_set(t, CLI_FAILED, 0,
		"bridled went on as no other program: process %lld has ended, and process %lld was started",
		(long long)before->pid, (long long)after->pid);
	return trouble_hint(t, "its log says why; services are looked after by the new one: bridle status");
}

/* The control socket stays open meanwhile; who answers there is another watcher, which is told by another bridled. */
static bool
await(const struct arguments *a, const struct seen *before, struct seen *after, struct trouble *t)
{
	const struct timespec pause = { .tv_nsec = EVERY * 1000000 };
	msec until = clock_now() + PATIENCE;
	bool there = false;

	while (clock_now() < until) {
		/* between the two watchers nobody answers: that is no failure, only not yet */
		there = look(a, after, t);
		/* not by the version: an upgrade may change nothing of it */
		if (there && after->reexecs > before->reexecs)
			return true;
		if (there && after->pid != before->pid)
			return tell_another(before, after, t);
		nanosleep(&pause, NULL);
	}
	if (!there) /* as the last look said it */
		return err_prefix(&t->err, "bridled has agreed, and is not heard of since");
	trouble_set(t, CLI_FAILED, 0, "bridled has agreed, but it is still the same program");
	return trouble_hint(t, "its log says why");
}

int
reexec_command(const struct arguments *a)
{
	struct seen before = { 0 }, after = { 0 };
	struct trouble t;

	if (!look(a, &before, &t) || !ask(a, &t))
		return trouble_tell(&t);
	if ((a->given & ARGUMENT(NO_WAIT)) != 0)
		return CLI_OK;
	if (!await(a, &before, &after, &t))
		return trouble_tell(&t);
	printf("bridled is now ");
	paint_visible(stdout, after.version);
	printf(" (it was ");
	paint_visible(stdout, before.version);
	printf("), still in process %lld\n", (long long)after.pid);
	return CLI_OK;
}
