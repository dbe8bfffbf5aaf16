/*
 * unit_habits -- what systemd does without being told by the unit.
 */
#include "import/overrule.h"
#include "import/unit.h"

#include <string.h>

#include "import/directives.h"
#include "import/hole.h"

bool
unit_has_socket(const struct import *im, const struct draft *d)
{
	for (const struct unit *u = im->units; u != NULL; u = u->next)
		if (u->is_socket && u->draft == d)
			return true;
	return false;
}

/* What does its work once and ends: a migration, a backup. */
static bool
is_oneshot(const struct draft *d)
{
	return strcmp(draft_get(d, KEY_type), "oneshot") == 0;
}

/* Without Restart=, systemd leaves a service dead. Bridle does not, unless it is told to; but half a job again and again may do
 * harm. */
static void
say_restart(const struct import *im, const struct unit *unit)
{
	struct draft *d = unit->draft;
	struct err err;

	if (value_in_effect(im, unit, "Service", "Restart")[0] != '\0')
		return;
	if (is_oneshot(d))
		draft_set(d, KEY_restart, "never", "as the unit has no Restart=: a job that failed is not tried again",
			&err);
	else
		wordlist_add(&d->hints,
			"The unit had no Restart=: what died stayed dead. Here it is started again; restart = never is "
			"what it was.");
}

/* systemd.exec(5), ENVIRONMENT VARIABLES IN SPAWNED PROCESSES: a unit does not get what its manager was started with. */
static void
say_environment(const struct unit *unit)
{
	struct draft *d = unit->draft;

	if (!draft_has(d, KEY_clear_environment) && !draft_has(d, KEY_pass_environment))
		wordlist_add(&d->hints,
			"The unit had but the few variables that systemd sets. Here it has those of bridled, too; "
			"clear_environment = yes takes them away.");
}

/* Whether a start of UNIT is more than that of its process: commands around it, or a program that says when it is ready. */
static bool
has_long_start(const struct unit *unit)
{
	static const struct {
		const char *directive;
		enum key_id key;
	} around[] = { { "ExecCondition", KEY_exec_condition }, { "ExecStartPre", KEY_exec_start_pre },
		{ "ExecStartPost", KEY_exec_start_post } };
	const struct draft *d = unit->draft;

	for (size_t i = 0; i < sizeof around / sizeof around[0]; i++)
		if (unit_value(unit, around[i].directive)[0] != '\0' && draft_has(d, around[i].key))
			return !is_oneshot(d);
	return d->kind == CONF_PROGRAM && strcmp(draft_get(d, KEY_type), "notify") == 0;
}

/* systemd.service(5): a stop has DefaultTimeoutStopSec= (90 s), where a [program] has 10 s here, and each part of a start
 * DefaultTimeoutStartSec= (90 s), where all of it has 60 s here. Gunicorn stops in graceful_timeout by itself. */
static void
say_times(const struct unit *unit)
{
	static const char note[] = "what systemd gives where the unit says nothing";
	struct draft *d = unit->draft;
	struct err err;

	if (d->kind == CONF_PROGRAM && !draft_has(d, KEY_stop_timeout))
		draft_set(d, KEY_stop_timeout, "90s", note, &err);
	if (!draft_has(d, KEY_start_timeout) && has_long_start(unit))
		draft_set(d, KEY_start_timeout, "90s", note, &err);
}

/* VALUE of UNIT as it counts. What has no specifiers, nearly everything, is not copied for each other unit that asks. */
static const char *
specified(const struct import *im, const struct unit *unit, const char *value)
{
	return strchr(value, '%') != NULL ? unit_specify(unit, im->arena, value) : value;
}

/* Whether VALUE, names parted by blanks, has NAME. */
static bool
has_name(const char *value, const char *name)
{
	size_t n = strlen(name);

	for (; *(value += strspn(value, " \t")) != '\0'; value += strcspn(value, " \t"))
		if (strncmp(value, name, n) == 0 && strchr(" \t", value[n]) != NULL)
			return true;
	return false;
}

/* Whether UNIT has NAME started with it. */
static bool
pulls_in(const struct import *im, const struct unit *unit, const char *name)
{
	static const char *const words[] = { "Wants", "Requires", "BindsTo", "Upholds" };

	for (const struct unit_line *line = unit->first; line != NULL; line = line->next)
		for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
			if (line->directive != NULL && strcmp(line->directive->name, words[i]) == 0 &&
				overruler(im, unit, line) == NULL && has_name(specified(im, unit, line->value), name))
				return true;
	return false;
}

/* Whether another unit that is imported has UNIT started with it. */
static bool
is_pulled_in(const struct import *im, const struct unit *unit)
{
	const char *name = arena_printf(im->arena, "%s.service", unit->name);

	for (const struct unit *u = im->units; u != NULL; u = u->next)
		if (u != unit && !u->is_socket && pulls_in(im, u, name))
			return true;
	return false;
}

/* Whether the machine starts UNIT itself: the [Install] of a timer beside it is the timer's. */
static bool
is_installed(const struct unit *unit)
{
	for (const struct unit_line *line = unit->first; line != NULL; line = line->next) {
		const char *dot = strrchr(line->entry->file, '.');

		if (strcmp(line->entry->section, "Install") == 0 &&
			(dot == NULL || (strcmp(dot, ".timer") != 0 && strcmp(dot, ".path") != 0)))
			return true;
	}
	return false;
}

/* What has no [Install] is started by somebody else: by its socket when there is one, else by a timer or by hand. */
static void
say_start(const struct import *im, const struct unit *unit)
{
	struct draft *d = unit->draft;
	struct err err;

	if (is_installed(unit) || is_pulled_in(im, unit) || unit_value(unit, "ExecStart")[0] == '\0')
		return;
	if (d->kind == CONF_GUNICORN && unit_has_socket(im, d))
		draft_set(d, KEY_start, "on-demand", "the unit has no [Install]: its socket starts it", &err);
	else if (is_oneshot(d))
		draft_set(d, KEY_autostart, "no",
			"as the unit has no [Install]: a timer or somebody starts it, now by bridle start", &err);
	else
		wordlist_add(&d->hints,
			"The unit had no [Install]: the machine did not start it by itself. Here it is started with "
			"bridled; "
			"autostart = no is what it was.");
}

/* The directory of PATH below /run, "" when it is in /run itself or elsewhere. */
static const char *
place_below_run(struct arena *arena, const char *path)
{
	static const char *const bases[] = { "/run/", "/var/run/" };
	const char *slash = strrchr(path, '/');

	for (size_t i = 0; i < sizeof bases / sizeof bases[0]; i++) {
		size_t n = strlen(bases[i]);

		if (strncmp(path, bases[i], n) == 0 && slash > path + n)
			return arena_copy(arena, path + n, (size_t)(slash - path) - n);
	}
	return "";
}

static bool
is_made(const struct draft *d, const char *place)
{
	for (const struct draft_setting *s = d->first; s != NULL; s = s->next) {
		const char *found = s->key == KEY_runtime_directory ? strstr(s->value, place) : NULL;

		if (found != NULL && strchr(" ", found[strlen(place)]) != NULL)
			return true;
	}
	return false;
}

/* Whether another service has something in PLACE below /run, which would be of another user then, or go with this one. */
static bool
is_shared(const struct import *im, const struct draft *d, const char *place)
{
	for (const struct unit *u = im->units; u != NULL; u = u->next)
		for (const struct unit_line *line = u->first; u->draft != d && line != NULL; line = line->next)
			if (strcmp(place_below_run(im->arena, specified(im, u, line->value)), place) == 0 ||
				strcmp(specified(im, u, line->value), place) == 0)
				return true;
	return false;
}

/* systemd makes the directory of a socket file (systemd.socket(5), DirectoryMode=), which is not there after a boot. */
static void
carry_directories(struct import *im, const struct unit *socket)
{
	struct draft *d = socket->draft;
	struct err err;

	for (const struct unit_line *line = socket->first; line != NULL; line = line->next) {
		const char *place = place_below_run(im->arena, specified(im, socket, line->value));

		if (strcmp(line->entry->directive, "ListenStream") != 0 || place[0] == '\0' ||
			d->kind != CONF_GUNICORN || is_made(d, hole_stand_in(im->arena, place)))
			continue;
		if (is_shared(im, d, place))
			wordlist_add(&d->hints,
				arena_printf(im->arena,
					"Several have sockets in /run/%s: have it made at boot (tmpfiles.d(5)), as "
					"systemd did for each.",
					hole_show(im->arena, place)));
		else
			draft_set(d, KEY_runtime_directory, draft_quote(d->arena, place),
				"of the socket, as systemd makes it", &err);
	}
}

void
unit_carry(struct import *im, const struct unit *unit)
{
	if (unit->is_socket) {
		carry_directories(im, unit);
		return;
	}
	say_restart(im, unit);
	say_times(unit);
	say_environment(unit);
	say_start(im, unit);
}
