/*
 * What is to be so before a service is started: conditions, which a command can tell.
 */
#include "import/translate.h"

#include <string.h>

#include "import/directives.h"
#include "import/hole.h"
#include "import/unit.h"
#include "wire/execline.h"

/* The end of a directive's name, behind Condition or Assert, and the command that tells of a path, which stands behind it; in a
 * script, for "$1". */
static const struct told {
	const char *name, *command, *script;
} tests[] = {
	{ "PathExists", "test -e", "test -e \"$1\"" },
	{ "PathIsDirectory", "test -d", "test -d \"$1\"" },
	{ "PathIsSymbolicLink", "test -L", "test -L \"$1\"" },
	{ "PathIsMountPoint", "mountpoint -q", "mountpoint -q \"$1\"" },
	{ "PathIsReadWrite", "test -w", "test -w \"$1\"" },
	{ "PathIsSocket", "test -S", "test -S \"$1\"" },
	{ "FileNotEmpty", "test -s", "test -s \"$1\"" },
	{ "FileIsExecutable", "test -x", "test -x \"$1\"" },
	{ "DirectoryNotEmpty", NULL, "test -n \"$(ls -A \"$1\" 2>/dev/null)\"" },
};

static const struct told *
test_of(const char *directive)
{
	size_t n = strncmp(directive, "Assert", 6) == 0 ? 6 : strlen("Condition");

	for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++)
		if (strcmp(tests[i].name, directive + n) == 0)
			return &tests[i];
	return NULL;
}

/* A condition taken apart: "|" marks those of which one is enough, "!" turns it round (systemd.unit(5)). */
struct condition {
	bool is_one_of_many, is_not;
	const char *path; /* "" when it is not an absolute one: systemd passes over it */
};

static struct condition
take_apart(struct arena *arena, const char *value)
{
	struct condition c = { .is_one_of_many = value[0] == '|' };

	value += c.is_one_of_many;
	value += strspn(value, " \t");
	c.is_not = value[0] == '!';
	value += c.is_not;
	value += strspn(value, " \t");
	if (value[0] == HOLE_OPEN)
		value = arena_printf(arena, "/%s", value);
	c.path = value[0] == '/' ? value : "";
	return c;
}

/* The script of D with "$NUMBER" for its path. */
static const char *
script(struct arena *arena, const struct told *told, const struct condition *c, unsigned number)
{
	const char *one = strstr(told->script, "$1");

	return arena_printf(arena, "%s%.*s$%u%s", c->is_not ? "! " : "", (int)(one - told->script), told->script,
		number, one + 2);
}

/* ---- one of several ---- */

/* Whether LINE is, as that of T, one of those of which one is enough. */
static bool
is_alternative(const struct translation *t, const struct unit_line *line)
{
	return line->value[0] == '|' && strncmp(line->entry->directive, t->directive->name, 6) == 0;
}

/* All of them as one script; *PATHS gets its arguments. "" when one of them cannot be told by a command, or there are more
 * than a digit counts. */
static const char *
alternatives(struct translation *t, const char **paths)
{
	struct arena *arena = t->import->arena;
	const char *all = "";
	unsigned count = 0;

	*paths = "";
	for (const struct unit_line *line = t->unit->first; line != NULL; line = line->next) {
		const struct told *told = is_alternative(t, line) ? test_of(line->entry->directive) : NULL;
		struct condition c;

		if (!is_alternative(t, line))
			continue;
		c = take_apart(arena, unit_specify(t->unit, arena, line->value));
		if (told == NULL || c.path[0] == '\0' || ++count > 9)
			return "";
		all = arena_printf(arena, "%s%s%s", all, count > 1 ? " || " : "", script(arena, told, &c, count));
		*paths = arena_printf(arena, "%s %s", *paths, draft_quote(arena, c.path));
	}
	return all;
}

/* The first of them stands for all. */
static void
translate_alternative(struct translation *t)
{
	struct arena *arena = t->import->arena;
	const struct unit_line *first = t->unit->first;
	const char *paths, *all = alternatives(t, &paths);

	while (!is_alternative(t, first))
		first = first->next;
	if (all[0] == '\0')
		translate_settle(t, FATE_LOST,
			"of those with | one is enough, and a command cannot tell of all of them: none is looked at");
	else if (first->entry == t->entry)
		translate_set(t, translate_key(t),
			arena_printf(arena, "+/bin/sh -c %s sh%s", draft_quote(arena, all), paths),
			t->directive->reason);
	else
		ledger_settle(&t->import->ledger, t->entry, FATE_KEPT, t->directive->key,
			"with line %u, for one of them is enough", first->entry->line);
}

/* ---- each for itself ---- */

/* systemd looks as root, whoever the service is. */
void
translate_condition(struct translation *t)
{
	struct arena *arena = t->import->arena;
	struct condition c = take_apart(arena, t->value);
	const struct told *told = test_of(t->directive->name);
	const char *quoted = draft_quote(arena, c.path), *command;

	if (c.is_one_of_many) {
		translate_alternative(t);
		return;
	}
	if (c.path[0] == '\0') {
		translate_settle(t, FATE_MEANINGLESS, "not an absolute path: systemd passes over it");
		return;
	}
	if (told->command != NULL && !c.is_not)
		command = arena_printf(arena, "+%s %s", told->command, quoted);
	else if (told->command != NULL && strncmp(told->command, "test ", 5) == 0)
		command = arena_printf(arena, "+test ! %s %s", told->command + 5, quoted);
	else
		command = arena_printf(arena, "+/bin/sh -c %s sh %s", draft_quote(arena, script(arena, told, &c, 1)),
			quoted);
	translate_set(t, translate_key(t), command, t->directive->reason);
}
