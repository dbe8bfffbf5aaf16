/*
 * takeover -- `bridle takeover`: a Gunicorn that systemd, or somebody at a terminal, started is succeeded by a service of
 * Bridle, on the same listeners; and back.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/connection.h"
#include "cli/dropin.h"
#include "cli/field.h"
#include "cli/paint.h"
#include "cli/predecessor.h"
#include "cli/reach.h"
#include "cli/systemctl.h"
#include "os/pidfd.h"

/* There: bridled takes copies of the listeners out of the process (Take), and starts a generation on them, beside it
 * (Start). Only when that is ready the old one is ended: until then all of it can be taken back (give_up). And back:
 * systemd opens listeners of its own, so there is a gap, which is measured and told. */

enum { TO_LISTEN = 60000 /* ms for a unit that has been started */ };

struct takeover {
	const char *name; /* of the service */
	struct predecessor old;
	const struct arguments *a;
};

/* ---- talking to bridled ---- */

/* Call METHOD and print what it says. */
static bool
call(const struct takeover *o, const char *method, json_t *parameters, bool is_told, struct trouble *t)
{
	struct connection c;
	struct varlink_reply reply;
	bool ok;

	if (!connection_open(&c, o->a, t)) {
		json_decref(parameters);
		return false;
	}
	connection_be_patient(&c); /* a start lasts as long as its start_timeout */
	ok = connection_call(&c, method, parameters, &reply, t);
	connection_close(&c);
	if (!ok) {
		trouble_about(t, o->name);
		return false;
	}
	if (is_told) {
		paint_visible(stdout, field_text(reply.parameters, "message"));
		putchar('\n');
		fflush(stdout);
	}
	varlink_reply_free(&reply);
	return true;
}

/* MEMBER of the service, as List tells it, for the caller to release. NULL with T. */
static json_t *
look_at(const struct takeover *o, const char *member, struct trouble *t)
{
	struct connection c;
	struct varlink_reply reply;
	json_t *found;
	bool ok;

	if (!connection_open(&c, o->a, t))
		return NULL;
	ok = connection_call(&c, "List", json_pack("{s:s}", "name", o->name), &reply, t);
	connection_close(&c);
	if (!ok)
		return NULL;
	found = json_incref(json_object_get(json_array_get(json_object_get(reply.parameters, "services"), 0), member));
	varlink_reply_free(&reply);
	if (found == NULL)
		trouble_set(t, CLI_FAILED, 0, "bridled does not tell its %s", member);
	return found;
}

/* Where it listens: an array of objects with "address". NULL with T. */
static json_t *
listeners_of(const struct takeover *o, struct trouble *t)
{
	return look_at(o, "listeners", t);
}

static bool
is_running(const struct takeover *o)
{
	struct trouble ignored;
	json_t *state = look_at(o, "state", &ignored);
	const char *word = json_string_value(state); /* NULL of anything else */
	bool running = word != NULL && strcmp(word, "running") == 0;

	json_decref(state);
	return running;
}

/* Whether one of them is a file. */
static bool
has_path(json_t *listeners)
{
	json_t *one;
	size_t i;

	json_array_foreach(listeners, i, one) {
		if (strchr(field_text(one, "address"), '/') != NULL)
			return true;
	}
	return false;
}

/* Until somebody listens at all of them, PATIENCE each. The first address at which nobody does; NULL: there is none. */
static const char *
find_silent(json_t *listeners, msec patience)
{
	json_t *one;
	size_t i;

	json_array_foreach(listeners, i, one) {
		if (!reach_wait(field_text(one, "address"), patience))
			return field_text(one, "address");
	}
	return NULL;
}

/* Whoever presses Ctrl-C now, or whose ssh goes, is not to leave half of it: systemctl(1) inherits that. */
static void
be_steady(void)
{
	static const int signals[] = { SIGINT, SIGHUP, SIGPIPE };

	for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
		signal(signals[i], SIG_IGN);
}

/* ---- there ---- */

/* The old one serves on, as if nothing had happened. */
static bool
give_up(const struct takeover *o, struct trouble *t)
{
	struct trouble ignored;

	pidfd_signal(o->old.pidfd, SIGCONT); /* which one that was killed may have left standing still */
	/* in this order: listeners that it runs on are not let go (takeover_undo) */
	call(o, "Stop", json_pack("{s:s}", "name", o->name), false, &ignored);
	call(o, "Take", json_pack("{s:s}", "name", o->name), false, &ignored);
	if (t->hint[0] == '\0')
		trouble_hint(t, "process %d serves on as before", (int)o->old.pid);
	return false;
}

/* Both serve; from here on there is no way back: whatever happens to the old one, the new one stays. */
static bool
succeed(const struct takeover *o, json_t *listeners, bool without_a_word, struct trouble *t)
{
	const char *silent;

	if (!predecessor_end(&o->old, without_a_word, t) ||
		!call(o, "Take", json_pack("{s:s, s:b}", "name", o->name, "keep", 1), false, t))
		return false;
	silent = find_silent(listeners, 0);
	if (silent != NULL) {
		trouble_set(t, CLI_FAILED, 0, "the end of process %d took %s away", (int)o->old.pid, silent);
		return trouble_hint(t, "nobody can connect until: bridle stop %s && bridle start %s", o->name, o->name);
	}
	printf("%s: process %d has ended, and lost no request\n", o->name, (int)o->old.pid);
	return true;
}

/* Where it listens at files, nothing of them may end with the unit: systemd removes the runtime directory of one that stops,
 * with the sockets in it, and may remove the file of a socket unit. */
static bool
succeed_or_give_up(const struct takeover *o, json_t *listeners, struct trouble *t)
{
	bool by_path = has_path(listeners), is_told = by_path && o->old.unit[0] != '\0';
	bool without_a_word = by_path && predecessor_opened_listeners(&o->old);
	bool ok;

	be_steady();
	if (is_told && !dropin_put(o->old.units, without_a_word, t))
		return give_up(o, t);
	ok = succeed(o, listeners, without_a_word, t);
	if (is_told)
		dropin_take_away(o->old.units);
	return ok && (o->old.unit[0] == '\0' || predecessor_disable(&o->old, t));
}

/* Where the unit has ended, a takeover that was killed may have left the rest to be done: its drop-ins, listeners that are taken
 * for somebody else's, and a unit that starts at boot. */
static bool
finish(const struct takeover *o, struct trouble *t)
{
	dropin_take_away(o->old.units);
	if (!is_running(o)) {
		trouble_set(t, CLI_FAILED, 0, "%s does not run", o->old.unit);
		return trouble_hint(t, "there is nothing to take over: bridle start %s", o->name);
	}
	if (!call(o, "Take", json_pack("{s:s, s:b}", "name", o->name, "keep", 1), false, t))
		return false;
	printf("%s: serves alone, %s has ended\n", o->name, o->old.unit);
	return predecessor_disable(&o->old, t);
}

static bool
take_over(struct takeover *o, const char *from, struct trouble *t)
{
	json_t *listeners = NULL;
	bool ok;

	if (!predecessor_find(&o->old, from, from == o->name, t))
		return false;
	if (o->old.pid == 0)
		return finish(o, t);
	if (!call(o, "Take", json_pack("{s:s, s:i}", "name", o->name, "pid", (int)o->old.pid), false, t))
		return false;
	printf("%s: has the listeners of process %d\n", o->name, (int)o->old.pid);
	if (!call(o, "Start", json_pack("{s:s}", "name", o->name), true, t) || (listeners = listeners_of(o, t)) == NULL)
		return give_up(o, t);
	ok = succeed_or_give_up(o, listeners, t);
	json_decref(listeners);
	return ok;
}

/* ---- and back ---- */

/* systemd cannot be given a listener: it opens its own, when ours is closed. That is the gap. It ends when somebody listens
 * again: of a unit that does not say when it is ready (Type=simple), systemctl does not wait for that. */
static bool
change_back(struct takeover *o, json_t *listeners, struct trouble *t)
{
	msec began = clock_now(); /* the gap: from before ours stops to when theirs is up */
	const char *silent;

	be_steady();
	if (!call(o, "Stop", json_pack("{s:s}", "name", o->name), true, t))
		return false;
	if (!systemctl_do("start", o->old.units, t))
		return trouble_hint(t, "nobody serves now: bridle start %s", o->name);
	/* of a takeover that was killed: it would have the next stop of the unit kill it */
	dropin_take_away(o->old.units);
	silent = find_silent(listeners, TO_LISTEN);
	if (silent != NULL) {
		trouble_set(t, CLI_FAILED, 0, "%s was started, but nobody listens at %s", o->old.unit, silent);
		return trouble_hint(t, "nobody serves now: systemctl status %s", o->old.unit);
	}
	printf("%s: serves; nobody did for %.1f s at most\n", o->old.unit, (double)(clock_now() - began) / 1000.);
	printf("Take %s out of the configuration, or set autostart = no.\n", o->name);
	return systemctl_do("enable", o->old.units, t);
}

/* Systemd is asked first: where there is none, ours goes on serving. */
static bool
go_back(struct takeover *o, const char *from, struct trouble *t)
{
	json_t *listeners = NULL;
	bool ok;

	if (!predecessor_find_units(&o->old, from, t) || (listeners = listeners_of(o, t)) == NULL)
		return false;
	ok = change_back(o, listeners, t);
	json_decref(listeners);
	return ok;
}

int
takeover_command(const struct arguments *a)
{
	struct takeover o = { .name = a->operands[0], .old.pidfd = -1, .a = a };
	const char *from = a->operands[a->count - 1];
	bool back = (a->given & ARGUMENT(BACK)) != 0;
	struct trouble t;
	bool ok = back ? go_back(&o, from, &t) : take_over(&o, from, &t);

	if (o.old.pidfd >= 0)
		close(o.old.pidfd);
	return ok ? CLI_OK : trouble_tell(&t);
}
