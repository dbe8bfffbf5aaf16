/*
 * takeover -- `bridle takeover`: a Gunicorn that systemd, or somebody at a terminal, started is succeeded by a service of
 * Bridle, on the same listeners; and back.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/connection.h"
#include "cli/dropin.h"
#include "cli/field.h"
#include "cli/foreign.h"
#include "cli/paint.h"
#include "cli/reach.h"
#include "cli/systemctl.h"
#include "os/pidfd.h"
#include "os/tree.h"

/* There: bridled takes copies of the listeners out of the process (Take), and starts a generation on them, beside it
 * (Start). Only when that is ready the old one is ended: until then all of it can be taken back (give_up). And back:
 * systemd opens listeners of its own, so there is a gap, which is measured and told. */

enum { TO_LISTEN = 60000 /* ms for a unit that has been started */ };

struct takeover {
	const char *name;                       /* of the service */
	char unit[256];                         /* "" when a pid was given */
	char triggers[1024];                    /* its socket units, NULs between */
	const char *units[SYSTEMCTL_UNITS + 1]; /* unit, then those; NULL-ended */
	pid_t pid;
	int pidfd;
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

/* Until somebody listens at all of them. The address at which nobody does; NULL: there is none. */
static const char *
is_missing(json_t *listeners, msec patience)
{
	json_t *one;
	size_t i;

	json_array_foreach(listeners, i, one) {
		if (!reach_wait(field_text(one, "address"), patience))
			return field_text(one, "address");
	}
	return NULL;
}

/* ---- who serves now ---- */

/* The unit, and what would start it again when somebody connects. */
static bool
find_units(struct takeover *o, const char *from, struct trouble *t)
{
	size_t n = 0;
	bool has_type = strchr(from, '.') != NULL;

	if ((size_t)snprintf(o->unit, sizeof o->unit, "%s%s", from, has_type ? "" : ".service") >= sizeof o->unit)
		return trouble_set(t, CLI_USAGE, 0, "no unit has so long a name");
	if (!systemctl_show(o->unit, "TriggeredBy", o->triggers, sizeof o->triggers, t))
		return false;
	o->units[n++] = o->unit;
	/* socket units would start the service again at the next connection: they are stopped with it */
	for (char *rest = o->triggers, *word; n < SYSTEMCTL_UNITS && (word = strsep(&rest, " ")) != NULL;)
		if (*word != '\0')
			o->units[n++] = word;
	o->units[n] = NULL;
	return true;
}

/* The process that serves; with the pid 0, the unit does not run. */
static bool
find_pid(struct takeover *o, const char *from, struct trouble *t)
{
	char value[32];
	int64_t pid = 0;
	struct tree_process p;

	/* a service may be called 8000: a number is a process only where it is given as one */
	if (from == o->name || !text_parse_int(from, 1, INT32_MAX, &pid)) {
		if (!find_units(o, from, t) || !systemctl_show(o->unit, "MainPID", value, sizeof value, t))
			return false;
		if (!text_parse_int(value, 1, INT32_MAX, &pid))
			return true;
	}
	o->pid = (pid_t)pid;
	/* by its start, so that it is still the one that was found */
	o->pidfd = tree_look(o->pid, &p) ? pidfd_open_process(o->pid, (uint32_t)p.start) : -1;
	return o->pidfd >= 0 ||
		trouble_set(t, CLI_FAILED, 0, "there is no process %d, or the kernel is older than 5.3", (int)o->pid);
}

/* Its listeners were opened for it; a path or a timer that starts it opens none. */
static bool
has_socket_unit(const struct takeover *o)
{
	for (size_t i = 0; o->units[i] != NULL; i++) {
		const char *type = strrchr(o->units[i], '.');

		if (type != NULL && strcmp(type, ".socket") == 0)
			return true;
	}
	return false;
}

/* ---- the end of the old one ---- */

/* What would start the unit again goes first, while the unit runs: only then systemd leaves the listener alone. Stopped
 * with the unit, and so after it, a socket unit listens once more in between: who connects then, though to us, is accepted
 * and cut off (socket_enter_running and flush_ports of systemd's core/socket.c: "Suppressing connection request"). */
static bool
stop_units(const struct takeover *o, struct trouble *t)
{
	return (o->units[1] == NULL || systemctl_stop_alone(o->units + 1, t)) && systemctl_do("stop", o->units, t);
}

static bool
has_ended(const struct takeover *o, struct trouble *t)
{
	return foreign_wait(o->pidfd) || trouble_set(t, CLI_FAILED, 0, "process %d does not end", (int)o->pid);
}

/* A Gunicorn that opened a unix listener by itself removes its file when it ends (sock.py, close_sockets), and with it the way
 * to the successor. It is not given the occasion: its workers finish what they have while it stands still, and then it is
 * killed. systemd does that itself, told so by dropin.h: its SIGTERM would come with a SIGCONT (systemd.kill(5)), and whom we
 * killed it would start again. */
static bool
end_without_a_word(const struct takeover *o, struct trouble *t)
{
	/* first: a master that sees a worker end starts another one, and one that gets TERM unlinks the path */
	pidfd_signal(o->pidfd, SIGSTOP);
	foreign_end_workers(o->pid);
	if (o->unit[0] == '\0')
		pidfd_signal(o->pidfd, SIGKILL);
	else if (!stop_units(o, t)) {
		pidfd_signal(o->pidfd, SIGCONT);
		return false;
	}
	return has_ended(o, t);
}

static bool
end_old(const struct takeover *o, bool without_a_word, struct trouble *t)
{
	if (without_a_word)
		return end_without_a_word(o, t);
	if (o->unit[0] != '\0')
		return stop_units(o, t);
	/* one that is gone already has ended, too; whose it is, bridled has seen before it took its listeners */
	pidfd_signal(o->pidfd, SIGTERM);
	return has_ended(o, t);
}

/* Print who would start the unit still, though it is disabled. */
static bool
tell_who_starts_it(const struct takeover *o, struct trouble *t)
{
	static const char *const properties[] = { "WantedBy", "RequiredBy" };
	bool still = false;

	for (size_t i = 0; i < sizeof properties / sizeof properties[0]; i++) {
		char units[1024];

		if (!systemctl_show(o->unit, properties[i], units, sizeof units, t))
			return false;
		if (units[0] != '\0')
			printf("%s: is disabled, but %s would still start it\n", o->unit, units);
		still = still || units[0] != '\0';
	}
	if (!still)
		printf("%s: does not start at boot any more\n", o->unit);
	return true;
}

/* The socket units too: at boot they would listen in our place. */
static bool
disable(const struct takeover *o, struct trouble *t)
{
	return (systemctl_do("disable", o->units, t) && tell_who_starts_it(o, t)) ||
		trouble_hint(t, "at boot %s may still start, beside the service", o->unit);
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

	pidfd_signal(o->pidfd, SIGCONT); /* which one that was killed may have left standing still */
	/* in this order: listeners that it runs on are not let go (takeover_undo) */
	call(o, "Stop", json_pack("{s:s}", "name", o->name), false, &ignored);
	call(o, "Take", json_pack("{s:s}", "name", o->name), false, &ignored);
	if (t->hint[0] == '\0')
		trouble_hint(t, "process %d serves on as before", (int)o->pid);
	return false;
}

/* Both serve; from here on there is no way back: whatever happens to the old one, the new one stays. */
static bool
succeed(const struct takeover *o, json_t *listeners, bool without_a_word, struct trouble *t)
{
	const char *missing;

	if (!end_old(o, without_a_word, t) ||
		!call(o, "Take", json_pack("{s:s, s:b}", "name", o->name, "keep", 1), false, t))
		return false;
	missing = is_missing(listeners, 0);
	if (missing != NULL) {
		trouble_set(t, CLI_FAILED, 0, "the end of process %d took %s away", (int)o->pid, missing);
		return trouble_hint(t, "nobody can connect until: bridle stop %s && bridle start %s", o->name, o->name);
	}
	printf("%s: process %d has ended, and lost no request\n", o->name, (int)o->pid);
	return true;
}

/* Where it listens at files, nothing of them may end with the unit: systemd removes the runtime directory of one that stops,
 * with the sockets in it, and may remove the file of a socket unit. */
static bool
succeed_or_give_up(const struct takeover *o, json_t *listeners, struct trouble *t)
{
	bool by_path = has_path(listeners), is_told = by_path && o->unit[0] != '\0';
	bool without_a_word = by_path && !has_socket_unit(o) && !foreign_was_given_sockets(o->pid);
	bool ok;

	be_steady();
	if (is_told && !dropin_put(o->units, without_a_word, t))
		return give_up(o, t);
	ok = succeed(o, listeners, without_a_word, t);
	if (is_told)
		dropin_take_away(o->units);
	return ok && (o->unit[0] == '\0' || disable(o, t));
}

/* Where the unit has ended, a takeover that was killed may have left the rest to be done: its drop-ins, listeners that are taken
 * for somebody else's, and a unit that starts at boot. */
static bool
finish(const struct takeover *o, struct trouble *t)
{
	dropin_take_away(o->units);
	if (!is_running(o)) {
		trouble_set(t, CLI_FAILED, 0, "%s does not run", o->unit);
		return trouble_hint(t, "there is nothing to take over: bridle start %s", o->name);
	}
	if (!call(o, "Take", json_pack("{s:s, s:b}", "name", o->name, "keep", 1), false, t))
		return false;
	printf("%s: serves alone, %s has ended\n", o->name, o->unit);
	return disable(o, t);
}

static bool
take_over(struct takeover *o, const char *from, struct trouble *t)
{
	json_t *listeners = NULL;
	bool ok;

	if (!find_pid(o, from, t))
		return false;
	if (o->pid == 0)
		return finish(o, t);
	if (!call(o, "Take", json_pack("{s:s, s:i}", "name", o->name, "pid", (int)o->pid), false, t))
		return false;
	printf("%s: has the listeners of process %d\n", o->name, (int)o->pid);
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
	const char *missing;

	be_steady();
	if (!call(o, "Stop", json_pack("{s:s}", "name", o->name), true, t))
		return false;
	if (!systemctl_do("start", o->units, t))
		return trouble_hint(t, "nobody serves now: bridle start %s", o->name);
	dropin_take_away(o->units); /* of a takeover that was killed: it would have the next stop of the unit kill it */
	missing = is_missing(listeners, TO_LISTEN);
	if (missing != NULL) {
		trouble_set(t, CLI_FAILED, 0, "%s was started, but nobody listens at %s", o->unit, missing);
		return trouble_hint(t, "nobody serves now: systemctl status %s", o->unit);
	}
	printf("%s: serves; nobody did for %.1f s at most\n", o->unit, (double)(clock_now() - began) / 1000.);
	printf("Take %s out of the configuration, or set autostart = no.\n", o->name);
	return systemctl_do("enable", o->units, t);
}

/* Systemd is asked first: where there is none, ours goes on serving. */
static bool
go_back(struct takeover *o, const char *from, struct trouble *t)
{
	json_t *listeners = NULL;
	bool ok;

	if (!find_units(o, from, t) || (listeners = listeners_of(o, t)) == NULL)
		return false;
	ok = change_back(o, listeners, t);
	json_decref(listeners);
	return ok;
}

int
takeover_command(const struct arguments *a)
{
	struct takeover o = { .name = a->operands[0], .pidfd = -1, .a = a };
	const char *from = a->operands[a->count - 1];
	bool back = (a->given & ARGUMENT(BACK)) != 0;
	struct trouble t;
	bool ok = back ? go_back(&o, from, &t) : take_over(&o, from, &t);

	if (o.pidfd >= 0)
		close(o.pidfd);
	return ok ? CLI_OK : trouble_tell(&t);
}
