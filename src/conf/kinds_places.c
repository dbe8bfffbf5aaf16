/*
 * kinds_places -- how a value is read of the kinds that say where something is: paths, directories, addresses.
 */
#include "conf/kinds.h"

#include <string.h>

#include "conf/bind.h"
#include "conf/bindpath.h"
#include "conf/tmpfs.h"
#include "conf/words.h"

static bool
parse_path(const struct value_place *place, const char *text, void *out, struct err *err)
{
	const char *path = value_path(place->arena, place->directory, text, err);

	*(const char **)out = path;
	return path != NULL;
}

/* Below a directory that is not theirs to choose: nothing in a name may lead out of it. */
static bool
stays_below(const char *path)
{
	if (path[0] == '/' || path[0] == '\0')
		return false;
	for (const char *p = path; *p != '\0';) {
		size_t n = strcspn(p, "/");

		if (n == 0 || (n == 1 && p[0] == '.') || (n == 2 && strncmp(p, "..", 2) == 0))
			return false;
		p += n;
		if (*p == '/' && *++p == '\0')
			return false;
	}
	return strchr(path, ':') == NULL; /* which divides them in the variable */
}

/* Words, each of which IS_GOOD. */
static bool
parse_each(const struct value_place *place, const char *text, struct conf_words *words,
	bool (*is_good)(const char *word, struct err *err), struct err *err)
{
	if (!words_split(place->arena, text, false, words, err))
		return false;
	for (uint32_t i = 0; i < words->count; i++)
		if (!is_good(words->at[i], err))
			return false;
	return true;
}

static bool
is_directory(const char *word, struct err *err)
{
	return stays_below(word) || err_set(err, 0, "'%s' is not a relative path without . and .. and colons", word);
}

static bool
parse_directories(const struct value_place *place, const char *text, void *out, struct err *err)
{
	return parse_each(place, text, out, is_directory, err);
}

static bool
is_bindpath(const char *word, struct err *err)
{
	struct bindpath bound;

	return bindpath_parse(word, &bound, err);
}

static bool
parse_bindpaths(const struct value_place *place, const char *text, void *out, struct err *err)
{
	return parse_each(place, text, out, is_bindpath, err);
}

static bool
is_tmpfs(const char *word, struct err *err)
{
	struct tmpfs tmpfs;

	return tmpfs_parse(word, &tmpfs, err);
}

static bool
parse_tmpfs(const struct value_place *place, const char *text, void *out, struct err *err)
{
	return parse_each(place, text, out, is_tmpfs, err);
}

/* Commas between them as Gunicorn takes them (config.py validate_list_string), or blanks. */
static bool
parse_binds(const struct value_place *place, const char *text, void *out, struct err *err)
{
	struct conf_binds *binds = out;
	struct conf_words words;
	struct conf_bind *at;

	if (!words_split(place->arena, text, true, &words, err))
		return false;
	at = arena_alloc(place->arena, words.count * sizeof *at);
	for (uint32_t i = 0; at != NULL && i < words.count; i++)
		if (!bind_parse(place->arena, place->directory, words.at[i], &at[i], err))
			return false;
	*binds = (struct conf_binds){ .at = at, .count = at == NULL ? 0 : words.count };
	return true;
}

/* An address as in bind; tcp: may be written in front of it. */
static bool
parse_address(const struct value_place *place, const char *text, void *out, struct err *err)
{
	struct conf_binds *binds = out;

	if (!parse_binds(place, strncmp(text, "tcp:", 4) == 0 ? text + 4 : text, out, err))
		return false;
	return binds->count <= 1 || err_set(err, 0, "one address only");
}

/* clang-format off */
KIND(path, parse_path, STRING("a path"))
KIND(binds, parse_binds, .shape = VALUE_BINDS, .expected = "addresses", .joined = true)
KIND(address, parse_address, .shape = VALUE_BINDS, .expected = "an address such as 127.0.0.1:80 or unix:/path")
KIND(bindpaths, parse_bindpaths, WORDS("SOURCE:DESTINATION"), .joined = true)
KIND(tmpfs, parse_tmpfs, WORDS("PATH:OPTIONS"), .joined = true)
KIND(directories, parse_directories, WORDS("directories"), .joined = true)
/* clang-format on */
