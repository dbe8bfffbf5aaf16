/*
 * kinds_signature -- how `signature` is read: lines of a log that mean something to the user, for bridle why.
 */
#include <string.h>

#include "conf/values.h"
#include "conf/words.h"

enum { WORDS = 3, NAME_MOST = 47, PATTERN_MOST = 200, LITERAL_LEAST = 4 };

/* As in the catalogue: "shop.ledger-locked". */
static bool
is_name(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789.-_");

	return n > 0 && n <= NAME_MOST && name[n] == '\0' && strchr(name, '.') != NULL;
}

static bool
is_phase(const char *word)
{
	/* those of core/cause.h; tests/system/test_signatures.py holds them together */
	static const char *const phases[] = { "startup-config", "boot", "runtime", "recycle", "reload", "shutdown" };

	for (unsigned i = 0; i < sizeof phases / sizeof phases[0]; i++)
		if (strcmp(word, phases[i]) == 0)
			return true;
	return false;
}

/* Would the wildcard at AT, whose end is told by what stands behind it, leave nothing for the next one, so that hardly a line fits? */
static bool
is_endless(const char *at)
{
	return at[1] != 'd' && at[2] == '%' && (at[3] == 'd' || at[3] == 's');
}

/* Bytes of a pattern that stand for themselves: with hardly any it would fit every line. */
static bool
check_pattern(const char *pattern, struct err *err)
{
	unsigned literals = 0;

	if (strlen(pattern) > PATTERN_MOST)
		return err_set(err, 0, "a pattern has at most %d bytes", PATTERN_MOST);
	for (const char *at = pattern; *at != '\0'; at++) {
		if (*at != '%') {
			literals++;
			continue;
		}
		if (at[1] == '\0' || strchr("ds*", at[1]) == NULL)
			return err_set(err, 0,
				"in a pattern %% is followed by d (a number), s (a word) or * (anything)");
		if (is_endless(at))
			return err_set(err, 0, "nothing says where %%%c ends: put what stands between it and %%%c there", at[1],
				at[3]);
		at++;
	}
	if (literals < LITERAL_LEAST)
		return err_set(err, 0, "the pattern '%s' fits too much: at least %d bytes must stand for themselves",
			pattern, LITERAL_LEAST);
	return true;
}

static bool
check_one(const char *const at[WORDS], struct err *err)
{
	if (!is_name(at[0]))
		return err_set(err, 0,
			"'%s' is no name for a signature: two or more words of a-z, 0-9, - and _, with dots between "
			"them",
			at[0]);
	if (!is_phase(at[1]))
		return err_set(err, 0, "'%s' is no phase: startup-config, boot, runtime, recycle, reload or shutdown",
			at[1]);
	return check_pattern(at[2], err);
}

/* Several in one line are what bridle config prints. */
static bool
parse_signature(const struct value_place *place, const char *text, void *out, struct err *err)
{
	struct conf_words *words = out;

	if (!words_split(place->arena, text, false, words, err))
		return false;
	if (words->count == 0 || words->count % WORDS != 0)
		return err_set(err, 0,
			"expected a name, a phase and a pattern (quoted where it has blanks), got %u words",
			words->count);
	for (uint32_t i = 0; i < words->count; i += WORDS)
		if (!check_one(words->at + i, err))
			return false;
	return true;
}

const struct value_kind value_kind_signature = {
	.parse = parse_signature, .shape = VALUE_WORDS, .expected = "a name, a phase and a pattern", .joined = true
};
