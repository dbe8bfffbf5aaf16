/*
 * kinds_environment -- how a value is read of the kinds that say what a service is given to know: variables, the files that
 * they stand in, and secrets.
 */
#include "conf/kinds.h"

#include <string.h>

#include "conf/environment.h"
#include "conf/words.h"

/* Environment files: paths, each with a minus in front where it may be missing. */
static bool
parse_files(const struct value_place *place, const char *text, void *out, struct err *err)
{
	struct conf_words *words = out;
	const char **at;

	if (!words_split(place->arena, text, false, words, err))
		return false;
	at = arena_alloc(place->arena, (words->count + 1) * sizeof *at);
	for (uint32_t i = 0; at != NULL && i < words->count; i++) {
		bool may_miss = words->at[i][0] == '-';

		at[i] = value_path(place->arena, place->directory, words->at[i] + may_miss, err);
		if (at[i] == NULL)
			return false;
		if (may_miss)
			at[i] = arena_printf(place->arena, "-%s", at[i]);
	}
	if (at != NULL)
		words->at = at;
	return true;
}

/* Values are often secrets, so messages name the place of a word, not what it says. */
static bool
parse_assignments(const struct value_place *place, const char *text, void *out, struct err *err)
{
	struct conf_words *words = out;

	if (!words_split(place->arena, text, false, words, err))
		return false;
	for (uint32_t i = 0; i < words->count; i++) {
		const char *equals = strchr(words->at[i], '=');

		if (equals == NULL || !value_is_name(words->at[i], (size_t)(equals - words->at[i])))
			return err_set(err, 0,
				"word %u is not NAME=value (quote values that hold blanks: "
				"NAME=\"two words\")",
				i + 1);
		if (environment_is_reserved(words->at[i], (size_t)(equals - words->at[i])))
			return err_set(err, 0, "%.*s is Bridle's own to set", (int)(equals - words->at[i]),
				words->at[i]);
	}
	return true;
}

/* A name that is none would be one that is never unset, and nobody would notice. */
static bool
parse_names(const struct value_place *place, const char *text, void *out, struct err *err)
{
	struct conf_words *words = out;

	if (!words_split(place->arena, text, false, words, err))
		return false;
	for (uint32_t i = 0; i < words->count; i++)
		if (!value_is_name(words->at[i], strlen(words->at[i])))
			return err_set(err, 0, "'%s' is not the name of a variable", words->at[i]);
	return true;
}

/* Length of the name at WORD, which a colon follows; 0 when that is none. It becomes the name of a file. */
static size_t
length_of_name(const char *word)
{
	size_t n = strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-");

	return word[0] == '.' || word[n] != ':' ? 0 : n;
}

/* The path is made absolute at once: what is relative begins beside the file that says so. */
static bool
parse_credentials(const struct value_place *place, const char *text, void *out, struct err *err)
{
	struct conf_words *words = out;
	const char **at, *path;

	if (!words_split(place->arena, text, false, words, err))
		return false;
	at = arena_alloc(place->arena, (words->count + 1) * sizeof *at);
	for (uint32_t i = 0; at != NULL && i < words->count; i++) {
		size_t n = length_of_name(words->at[i]);

		if (n == 0 || words->at[i][n + 1] == '\0')
			return err_set(err, 0, "word %u is not NAME:PATH", i + 1);
		path = value_path(place->arena, place->directory, words->at[i] + n + 1, err);
		if (path == NULL)
			return false;
		at[i] = arena_printf(place->arena, "%.*s:%s", (int)n, words->at[i], path);
	}
	if (at != NULL)
		words->at = at;
	return true;
}

/* The value goes into no message. */
static bool
parse_secrets(const struct value_place *place, const char *text, void *out, struct err *err)
{
	const struct conf_words *words = out;

	if (!words_split(place->arena, text, false, out, err))
		return false;
	for (uint32_t i = 0; i < words->count; i++)
		if (length_of_name(words->at[i]) == 0)
			return err_set(err, 0, "word %u is not NAME:VALUE", i + 1);
	return true;
}

/* clang-format off */
KIND(assignments, parse_assignments, WORDS("NAME=value"), .joined = true)
KIND(files, parse_files, WORDS("paths"), .joined = true)
KIND(names, parse_names, WORDS("names of variables"), .joined = true)
KIND(credentials, parse_credentials, WORDS("NAME:PATH"), .joined = true)
KIND(secrets, parse_secrets, WORDS("NAME:VALUE"), .joined = true, .secret = true)
/* clang-format on */
