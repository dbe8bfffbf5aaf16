#include "cli/predecessor.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/cli.h"
#include "cli/foreign.h"
#include "os/pidfd.h"
#include "os/tree.h"

bool
predecessor_find_units(struct predecessor *old, const char *from, struct trouble *t)
{
	size_t n = 0;
	bool has_type = strchr(from, '.') != NULL;

	if ((size_t)snprintf(old->unit, sizeof old->unit, "%s%s", from, has_type ? "" : ".service") >= sizeof old->unit)
		return trouble_set(t, CLI_USAGE, 0, "no unit has so long a name");
	if (!systemctl_show(old->unit, "TriggeredBy", old->triggers, sizeof old->triggers, t))
		return false;
	old->units[n++] = old->unit;
	/* socket units would start the service again at the next connection: they are stopped with it */
	for (char *rest = old->triggers, *word; n < SYSTEMCTL_UNITS && (word = strsep(&rest, " ")) != NULL;)
		if (*word != '\0')
			old->units[n++] = word;
	old->units[n] = NULL;
	return true;
}

bool
predecessor_find(struct predecessor *old, const char *from, bool is_name, struct trouble *t)
{
	char value[32];
	int64_t pid = 0;
	struct tree_process p;

	/* a service may be called 8000: a number is a process only where it is given as one */
	if (is_name || !text_parse_int(from, 1, INT32_MAX, &pid)) {
		if (!predecessor_find_units(old, from, t) ||
			!systemctl_show(old->unit, "MainPID", value, sizeof value, t))
			return false;
		if (!text_parse_int(value, 1, INT32_MAX, &pid))
			return true;
	}
	old->pid = (pid_t)pid;
	/* by its start, so that it is still the one that was found */
	old->pidfd = tree_look(old->pid, &p) ? pidfd_open_process(old->pid, (uint32_t)p.start) : -1;
	return old->pidfd >= 0 ||
		trouble_set(t, CLI_FAILED, 0, "there is no process %d, or the kernel is older than 5.3", (int)old->pid);
}

/* A path or a timer that starts it opens none. */
static bool
has_socket_unit(const struct predecessor *old)
{
	for (size_t i = 0; old->units[i] != NULL; i++) {
		const char *type = strrchr(old->units[i], '.');

		if (type != NULL && strcmp(type, ".socket") == 0)
			return true;
	}
	return false;
}

bool
predecessor_opened_listeners(const struct predecessor *old)
{
	return !has_socket_unit(old) && !foreign_was_given_sockets(old->pid);
}

/* What would start the unit again goes first, while the unit runs: only then systemd leaves the listener alone. Stopped
 * with the unit, and so after it, a socket unit listens once more in between: who connects then, though to us, is accepted
 * and cut off (socket_enter_running and flush_ports of systemd's core/socket.c: "Suppressing connection request"). */
static bool
stop_units(const struct predecessor *old, struct trouble *t)
{
	return (old->units[1] == NULL || systemctl_stop_alone(old->units + 1, t)) &&
		systemctl_do("stop", old->units, t);
}

static bool
has_ended(const struct predecessor *old, struct trouble *t)
{
	return foreign_wait(old->pidfd) || trouble_set(t, CLI_FAILED, 0, "process %d does not end", (int)old->pid);
}

/* A Gunicorn that opened a unix listener by itself removes its file when it ends (sock.py, close_sockets), and with it the way
 * to the successor. It is not given the occasion: its workers finish what they have while it stands still, and then it is
 * killed. systemd does that itself, told so by dropin.h: its SIGTERM would come with a SIGCONT (systemd.kill(5)), and whom we
 * killed it would start again. */
static bool
end_without_a_word(const struct predecessor *old, struct trouble *t)
{
	/* first: a master that sees a worker end starts another one, and one that gets TERM unlinks the path */
	pidfd_signal(old->pidfd, SIGSTOP);
	foreign_end_workers(old->pid);
	if (old->unit[0] == '\0')
		pidfd_signal(old->pidfd, SIGKILL);
	else if (!stop_units(old, t)) {
		pidfd_signal(old->pidfd, SIGCONT);
		return false;
	}
	return has_ended(old, t);
}

bool
predecessor_end(const struct predecessor *old, bool without_a_word, struct trouble *t)
{
	if (without_a_word)
		return end_without_a_word(old, t);
	if (old->unit[0] != '\0')
		return stop_units(old, t);
	/* one that is gone already has ended, too; whose it is, bridled has seen before it took its listeners */
	pidfd_signal(old->pidfd, SIGTERM);
	return has_ended(old, t);
}

/* Print who would start the unit still, though it is disabled. */
static bool
tell_who_starts_it(const struct predecessor *old, struct trouble *t)
{
	static const char *const properties[] = { "WantedBy", "RequiredBy" };
	bool still = false;

	for (size_t i = 0; i < sizeof properties / sizeof properties[0]; i++) {
		char units[1024];

		if (!systemctl_show(old->unit, properties[i], units, sizeof units, t))
			return false;
		if (units[0] != '\0')
			printf("%s: is disabled, but %s would still start it\n", old->unit, units);
		still = still || units[0] != '\0';
	}
	if (!still)
		printf("%s: does not start at boot any more\n", old->unit);
	return true;
}

/* The socket units too: at boot they would listen in our place. */
bool
predecessor_disable(const struct predecessor *old, struct trouble *t)
{
	return (systemctl_do("disable", old->units, t) && tell_who_starts_it(old, t)) ||
		trouble_hint(t, "at boot %s may still start, beside the service", old->unit);
}
