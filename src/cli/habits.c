#include "cli/habits.h"

#include <stdio.h>
#include <string.h>

#include "cli/commands.h"

static const struct habit {
	const char *typed, *instead, *more;
} habits[] = {
#define HABIT(typed, instead, more) { typed, instead, more },
#include "cli/habits.def"
#undef HABIT
};

/* Elsewhere each of these is about all of the configuration, whatever name stands behind it. */
static const char *const rereads[] = { "reload-config", "reread", "update", "daemon-reload", "add", "remove" };

static bool
is_one_of(const char *word, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(word, words[i]) == 0)
			return true;
	return false;
}

/* "tail -5 web" and "kill -9 web" are about web. NULL: no name was given. */
static const char *
first_name(const struct arguments *a)
{
	for (unsigned i = 0; i < a->count; i++)
		if (a->operands[i][0] != '-')
			return a->operands[i];
	return NULL;
}

/* INSTEAD: a command, and perhaps an option. */
static bool
needs_name(const char *instead)
{
	char word[16];
	const struct command *c;

	snprintf(word, sizeof word, "%.*s", (int)strcspn(instead, " "), instead);
	c = commands_find(word);
	return c != NULL && strncmp(c->operands, "NAME", 4) == 0;
}

/* Here it is no state beside the settings, which could contradict them. */
static bool
hint_autostart(const char *word, const char *name, struct trouble *t)
{
	bool on = strcmp(word, "enable") == 0;

	if (!on && strcmp(word, "disable") != 0)
		return false;
	trouble_hint(t, "whether %s starts with bridled is a setting: autostart = %s in its section, then bridle reload", name,
		on ? "yes" : "no");
	return true;
}

/* "web restart": with the name first, as rc scripts of one service have it. */
static bool
hint_exchanged(const struct arguments *a, struct trouble *t)
{
	const struct command *c = a->count > 0 ? commands_find(a->operands[0]) : NULL;

	if (c == NULL || c->most == 0)
		return false;
	trouble_hint(t, "the command comes first: bridle %s %s", c->name, a->command);
	return true;
}

bool
habits_hint(const struct arguments *a, struct trouble *t)
{
	const char *name = first_name(a);

	if (is_one_of(a->command, rereads, sizeof rereads / sizeof rereads[0])) {
		trouble_hint(t, "bridle reload, without a NAME, takes up what has changed in the configuration");
		return true;
	}
	for (size_t i = 0; i < sizeof habits / sizeof habits[0]; i++) {
		const struct habit *h = &habits[i];

		if (strcmp(a->command, h->typed) != 0)
			continue;
		if (name == NULL && needs_name(h->instead))
			name = "NAME";
		trouble_hint(t, "did you mean 'bridle %s%s%s'?%s%s", h->instead, name != NULL ? " " : "",
			name != NULL ? name : "", *h->more != '\0' ? " " : "", h->more);
		return true;
	}
	return hint_autostart(a->command, name != NULL ? name : "a service", t) || hint_exchanged(a, t);
}
