#include "cli/place.h"

#include <stdlib.h>

#include "base/text.h"

#define DEFAULT_SOCKET RUNSTATEDIR "/bridle/control"
#define DEFAULT_LOG_DIR LOCALSTATEDIR "/log/bridle"

/* An empty variable counts as none: that is how scripts unset one. */
static const char *
variable(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && *value != '\0' ? value : NULL;
}

static const char *
root_of(const struct arguments *a)
{
	return a->value[OPTION_ROOT] != NULL ? a->value[OPTION_ROOT] : variable("BRIDLE_ROOT");
}

/* A path that was cut is another path: that is an error, and none is made. */
static bool
join(char path[PATH_MAX], const char *directory, const char *name, struct trouble *t)
{
	struct text text;

	text_init(&text, path, PATH_MAX);
	text_add(&text, directory);
	if (!text_add(&text, name))
		return trouble_set(t, CLI_USAGE, 0, "the path '%.64s...' is too long", directory);
	return true;
}

bool
place_find(struct place *place, const struct arguments *a, struct trouble *t)
{
	const struct {
		const char *value, *behind, *chosen;
		bool root;
	} ways[] = {
		/* what is typed comes before what is in the environment, the nearer before the farther */
		{ a->value[OPTION_SOCKET], "", "--socket", false },
		{ a->value[OPTION_ROOT], "/run/control", "--root", true },
		{ variable("BRIDLE_SOCKET"), "", "BRIDLE_SOCKET", false },
		{ variable("BRIDLE_ROOT"), "/run/control", "BRIDLE_ROOT", true },
		{ DEFAULT_SOCKET, "", NULL, false },
	};
	unsigned i = 0;

	while (ways[i].value == NULL) /* the last has one */
		i++;
	place->chosen = ways[i].chosen;
	place->root = ways[i].root ? ways[i].value : NULL;
	return join(place->socket, ways[i].value, ways[i].behind, t);
}

bool
place_config(char path[PATH_MAX], const struct arguments *a, struct trouble *t)
{
	if (a->value[OPTION_CONFIG] != NULL)
		return join(path, a->value[OPTION_CONFIG], "", t);
	if (root_of(a) != NULL)
		return join(path, root_of(a), "/bridle.ini", t);
	return join(path, SYSCONFDIR "/bridle/bridle.ini", "", t);
}

/* As the supervisor has it: the setting, else `log` in the root, else the system's place. */
bool
place_log(char path[PATH_MAX], const struct arguments *a, const char *log_dir, const char *name, struct trouble *t)
{
	struct text text;

	text_init(&text, path, PATH_MAX);
	if (*log_dir != '\0')
		text_add(&text, log_dir);
	else if (root_of(a) != NULL)
		text_addf(&text, "%s/log", root_of(a));
	else
		text_add(&text, DEFAULT_LOG_DIR);
	if (!text_addf(&text, "/%s", name))
		return trouble_set(t, CLI_USAGE, 0, "the path '%.64s...' is too long", path);
	return true;
}

bool
place_hint_start(const struct place *place, struct trouble *t)
{
	if (place->root != NULL)
		return trouble_hint(t, "is bridled running? start it with: bridled --root %s", place->root);
	if (place->chosen != NULL)
		return trouble_hint(t, "is bridled running, and is this its socket? %s decided where to look",
			place->chosen);
	return trouble_hint(t,
		"is bridled running? start it as root with: bridled; "
		"for one in a directory of its own: bridle --root DIR ..., or --socket RUN_DIR/control ...");
}
