/*
 * unit_dropins -- which unit a drop-in is of, in whatever order the files are given.
 */
#include "import/unit.h"

#include <string.h>

/* A drop-in whose directory says what it is for. It is kept, as what it is for may come behind it. */
struct dropin {
	const char *file, *bytes;
	size_t length;
	const char *source; /* as ledger.h has it */
	const char *of;     /* "x.service" of /etc/systemd/system/x.service.d/y.conf */
	bool is_socket;
	bool is_taken; /* there was a unit for it */
	struct dropin *next;
};

static bool
ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return n >= m && strcmp(text + n - m, end) == 0;
}

static bool
begins_with(const char *name, const char *with, size_t n)
{
	return strlen(name) >= n && memcmp(name, with, n) == 0;
}

/* Of "a-@.service" and "a-@x.service", whose name has N bytes before its type and whose @ is at AT: is UNIT an instance, or the
 * template, of a name that begins so? */
static bool
is_alike(const char *of, size_t at, size_t n, const struct unit *unit)
{
	const char *instance = strchr(unit->name, '@');

	if (instance == NULL || (size_t)(instance - unit->name) < at || !begins_with(unit->name, of, at))
		return false;
	return n == at + 1 || unit->instance == NULL ||
		(strlen(instance) == n - at && memcmp(instance, of + at, n - at) == 0);
}

/* systemd.unit(5) reads drop-ins for all units of a type (service.d), for those whose names begin alike (a-.service.d, a-@.service.d), for all
 * instances of a template (a@.service.d), and for one. That of an instance goes to the template when it was given as such. */
static bool
is_for(const struct dropin *d, const struct unit *unit)
{
	const char *dot = strrchr(d->of, '.'), *at = strchr(d->of, '@');
	size_t n = dot != NULL ? (size_t)(dot - d->of) : strlen(d->of);

	if (unit->is_socket != d->is_socket || unit->dropin != NULL)
		return false;
	if (strcmp(d->of, d->is_socket ? "socket" : "service") == 0)
		return true;
	if (strcmp(d->of, unit->name) == 0) /* x.service.j2 is called x.service here */
		return true;
	if (at != NULL && at > d->of && at[-1] == '-')
		return is_alike(d->of, (size_t)(at - d->of), n, unit);
	if (n > 0 && strchr("@-", d->of[n - 1]) != NULL)
		return begins_with(unit->name, d->of, n);
	if (at != NULL && unit->is_template && unit->instance == NULL)
		n = (size_t)(at - d->of) + 1;
	return strlen(unit->name) == n && begins_with(unit->name, d->of, n);
}

static void
give(struct import *im, struct dropin *d, struct unit *unit)
{
	d->is_taken = true;
	im->ledger.source = d->source; /* and not of the unit that it waited for */
	unit_read(im, unit, d->file, d->bytes, d->length);
}

void
unit_add_dropin(struct import *im, const char *file, const char *of, const char *bytes, size_t length)
{
	struct dropin *d = arena_alloc(im->arena, sizeof *d), **end = &im->dropins;

	if (d == NULL)
		return;
	*d = (struct dropin){ .file = arena_copy_string(im->arena, file),
		.bytes = arena_copy(im->arena, bytes, length),
		.length = length,
		.source = im->ledger.source,
		.of = of,
		.is_socket = ends_with(of, "socket") };
	while (*end != NULL)
		end = &(*end)->next;
	*end = d;
	for (struct unit *unit = im->units; unit != NULL; unit = unit->next)
		if (is_for(d, unit))
			give(im, d, unit);
}

void
unit_take_dropins(struct import *im, struct unit *unit)
{
	for (struct dropin *d = im->dropins; d != NULL; d = d->next)
		if (is_for(d, unit))
			give(im, d, unit);
}

/* Whether UNIT, of a .conf that no directory says anything about, is a whole one: a drop-in would take the command away first. */
static bool
is_whole(const struct unit *unit)
{
	for (const struct unit_line *line = unit->first; line != NULL; line = line->next)
		if (strcmp(line->entry->directive, "ExecStart") == 0)
			return line->value[0] != '\0';
	return false;
}

/* Drop-ins alone are read as a unit that has nothing else: what they ask for can be seen so. Beside units, one that is of none
 * of them would be missing from what is started. */
void
unit_finish_dropins(struct import *im)
{
	bool has_unit = false;

	for (struct unit *unit = im->units; unit != NULL; unit = unit->next)
		has_unit = has_unit || unit->dropin == NULL || is_whole(unit);
	for (struct unit *unit = im->units; has_unit && unit != NULL; unit = unit->next)
		if (unit->dropin != NULL && !is_whole(unit))
			conf_complain(im->report, CONF_ERROR, unit->dropin, 0,
				"a drop-in before any unit that it could be of: give the unit first, and behind it "
				"what is of it");
	for (struct dropin *d = im->dropins; d != NULL; d = d->next) {
		if (d->is_taken)
			continue;
		give(im, d, unit_of_dropin(im, d->file, d->of, d->is_socket));
		if (has_unit)
			conf_complain(im->report, CONF_ERROR, d->file, 0,
				"a drop-in of %s, which is not among what was given: name that unit, too", d->of);
	}
}
