/*
 * specifier -- what % stands for in a unit: systemd.unit(5), SPECIFIERS.
 */
#include "import/unit.h"

#include <string.h>

#include "wire/execline.h"

/* Of the system's manager; a user's own has others, which are that user's. */
static const struct fixed {
	char letter;
	const char *value;
} fixed[] = {
	{ 't', "/run" },
	{ 'S', "/var/lib" },
	{ 'C', "/var/cache" },
	{ 'L', "/var/log" },
	{ 'E', "/etc" },
	{ 'h', "/root" },
	{ 'u', "root" },
	{ 'U', "0" },
	{ 'g', "root" },
	{ 'G', "0" },
	{ 's', "/bin/sh" },
	{ 'T', "/tmp" },
	{ 'V', "/var/tmp" },
	{ '%', "%" },
};

/* What a letter that depends on the unit's name stands for; NULL when it does not, or the instance is not known. A unit that is
 * no template has none, and systemd puts nothing in its place. */
static const char *
named(const struct unit *unit, struct arena *arena, char letter)
{
	const char *dash;

	switch (letter) {
	case 'n': return arena_printf(arena, "%s.%s", unit->name, unit->is_socket ? "socket" : "service");
	case 'N': return unit->name;
	case 'p':
	case 'P': return unit->prefix;
	case 'j':
	case 'J': dash = strrchr(unit->prefix, '-'); return dash != NULL ? dash + 1 : unit->prefix;
	case 'i':
	case 'I': return unit->is_template ? unit->instance : "";
	default: return NULL;
	}
}

static const char *
value_of(const struct unit *unit, struct arena *arena, char letter)
{
	const char *value = named(unit, arena, letter);

	for (size_t i = 0; value == NULL && i < sizeof fixed / sizeof fixed[0]; i++)
		if (fixed[i].letter == letter && (!unit->is_users || letter == '%' || letter == 'T' || letter == 'V'))
			value = fixed[i].value;
	return value;
}

/* Every letter that systemd knows; with another one, it would not load the unit. */
static const char known[] = "%aAbBCdDEfgGhHiIjJlLmMnNoOpPqsStTuUvVwWyY";

const char *
unit_specify(const struct unit *unit, struct arena *arena, const char *text)
{
	const char *done = "", *percent;

	while ((percent = strpbrk(text, (char[]){ '%', HOLE_OPEN, '\0' })) != NULL) {
		size_t n = (size_t)(percent - text);
		const char *value;

		if (*percent == HOLE_OPEN) {
			n += strcspn(percent, (char[]){ HOLE_CLOSE, '\0' });
			done = arena_printf(arena, "%s%.*s", done, (int)n, text);
			text += n;
			continue;
		}
		value = percent[1] == '\0' || strchr(known, percent[1]) == NULL ? arena_copy(arena, percent, 1) :
										  value_of(unit, arena, percent[1]);
		if (value == NULL)
			value = arena_printf(arena, "%c%.2s%c", HOLE_OPEN, percent, HOLE_CLOSE);
		done = arena_printf(arena, "%s%.*s%s", done, (int)n, text, value);
		text = percent + (strchr(known, percent[1]) != NULL && percent[1] != '\0' ? 2 : 1);
	}
	return arena_printf(arena, "%s%s", done, text);
}
