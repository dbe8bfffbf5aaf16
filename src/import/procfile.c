/*
 * procfile -- "name: command" lines, and commands by themselves.
 */
#include "import/sources.h"

#include <jansson.h>
#include <string.h>

#include "import/hole.h"
#include "import/launch.h"

static bool
is_plain(const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)bytes[i] < 0x20 && bytes[i] != '\t')
			return false;
	return true;
}

/* The words of ["a", "b"], as Dockerfiles have them; count 0 when LINE is no such array. *BEHIND: what follows it. Control
 * characters, which JSON can escape, would pass for holes. */
static struct conf_words
words_of_array(struct arena *arena, const char *line, const char **behind)
{
	struct wordlist words = { .arena = arena };
	json_error_t at;
	json_t *array = line[0] == '[' ? json_loads(line, JSON_DISABLE_EOF_CHECK, &at) : NULL, *item;
	bool plain = true;
	size_t i;

	json_array_foreach(array, i, item) {
		plain = plain && json_is_string(item) && is_plain(json_string_value(item), json_string_length(item));
		if (plain)
			wordlist_add(&words, hole_mark(arena, json_string_value(item), HOLE_NO_VARIABLES));
	}
	if (array != NULL) /* with that flag, the position is behind what was read */
		*behind = line + at.position + strspn(line + at.position, " \t\r\n");
	json_decref(array);
	return (struct conf_words){ .at = words.at, .count = plain ? words.count : 0 };
}

/* Whether neither LINE nor WORDS, which are those of its array, name a program. */
static bool
is_empty(const char *line, struct conf_words words)
{
	const char *close = line + 1;

	if (words.count > 0)
		return words.at[0][0] == '\0';
	if (line[0] != '[')
		return line[0] == '\0' || line[0] == '#';
	close += strspn(close, " \t");
	return close[0] == ']' && close[1 + strspn(close + 1, " \t")] == '\0';
}

/* Services without a name for where they begin have the directory of the person who types it. */
void
procfile_command(struct import *im, struct draft *d, struct ledger_entry *entry, const char *line)
{
	struct launch l = { .import = im, .draft = d, .entry = entry };
	const char *marked = hole_mark(im->arena, line, HOLE_NO_VARIABLES), *behind = "";
	struct conf_words words = words_of_array(im->arena, line, &behind);
	struct draft **kept = arena_alloc(im->arena, sizeof(struct draft *));

	if (d == NULL || kept == NULL)
		return;
	*kept = d;
	entry->of = kept;
	if (is_empty(line, words))
		import_broken(im, entry, "there is no command in it");
	else if (words.count > 0 && behind[0] != '\0')
		import_broken(im, entry,
			"something stands behind the array: ENTRYPOINT and CMD are one command, CMD's words the last");
	else if (words.count > 0)
		launch_words(&l, words);
	else
		launch_shell(&l, marked);
	if (!draft_has(d, KEY_directory))
		wordlist_add(&d->hints, "Where it is started from is not known: directory = ... says it.");
}

static void
take_line(struct import *im, const char *file, unsigned number, const char *line)
{
	const char *colon = strchr(line, ':');
	struct ledger_entry *entry;
	const char *name;

	if (colon == NULL || strncmp(line, "{%", 2) == 0 || strncmp(line, "{#", 2) == 0) {
		entry = ledger_add(&im->ledger, file, number, "", line, "");
		if (entry != NULL && line[0] == '{')
			ledger_settle(&im->ledger, entry, FATE_LOST, "", "%s", hole_of_template);
		else if (entry != NULL)
			import_broken(im, entry, "not a line \"name: command\", as a Procfile has");
		return;
	}
	name = arena_copy(im->arena, line, (size_t)(colon - line));
	colon += 1 + strspn(colon + 1, " \t");
	entry = import_entry(im, file, number, "", name, colon);
	if (entry == NULL)
		return;
	if (*colon == '\0') {
		import_broken(im, entry,
			"no command stands behind it, as in a Procfile (a compose file is no source: give its commands, with "
			"--command)");
		return;
	}
	if (strcmp(name, "release") == 0)
		ledger_settle(&im->ledger, entry, FATE_LOST, "",
			"it is run once at each release: do that in your deployment");
	else
		procfile_command(im, import_draft(im, CONF_GUNICORN, name), entry, colon);
}

void
procfile_add(struct import *im, const char *name, const char *bytes, size_t length)
{
	const char *end = bytes + length;

	for (unsigned number = 1; bytes < end; number++) {
		const char *newline = memchr(bytes, '\n', (size_t)(end - bytes));
		size_t n = (size_t)((newline != NULL ? newline : end) - bytes), skip = 0;

		while (n > 0 && strchr(" \t\r", bytes[n - 1]) != NULL && bytes[n - 1] != '\0')
			n--;
		while (skip < n && (bytes[skip] == ' ' || bytes[skip] == '\t'))
			skip++;
		if (!is_plain(bytes, n))
			conf_complain(im->report, CONF_ERROR, name, number, "a control character");
		else if (skip < n && bytes[skip] != '#')
			take_line(im, name, number, arena_copy(im->arena, bytes + skip, n - skip));
		bytes = newline != NULL ? newline + 1 : end;
	}
}
