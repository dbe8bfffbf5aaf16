/*
 * values.c -- what all kinds have in common: empty values, ranges, defaults, equality and digests, and the sentence that says
 * what was expected. A kind's own reader says something only where it knows better.
 */
#include "conf/values.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "conf/digest.h"
#include "conf/keys.h"
#include "conf/words.h"

const char *
value_path(struct arena *arena, const char *directory, const char *word, struct err *err)
{
	if (word[0] == '~') {
		err_set(err, 0, "~ is not expanded: write the path out");
		return NULL;
	}
	if (word[0] == '/')
		return arena_copy_string(arena, word);
	while (word[0] == '.' && word[1] == '/') /* one file has one name: paths are compared as text */
		word += 2;
	if (strcmp(word, ".") == 0)
		return arena_copy_string(arena, directory);
	return arena_printf(arena, "%s/%s", strcmp(directory, "/") == 0 ? "" : directory, word);
}

/* As POSIX has them (XBD 8.1): a shell could not name others. */
bool
value_is_name(const char *name, size_t n)
{
	if (n == 0 || isdigit((unsigned char)name[0]))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)name[i]) && name[i] != '_')
			return false;
	return true;
}

_Static_assert(sizeof(enum conf_restart) == sizeof(int) && sizeof(mode_t) == sizeof(int), "VALUE_INT holds both");

size_t
value_size(const struct value_kind *kind)
{
	static const size_t sizes[] = {
		[VALUE_NUMBER] = sizeof(int64_t),
		[VALUE_INT] = sizeof(int),
		[VALUE_STRING] = sizeof(char *),
		[VALUE_WORDS] = sizeof(struct conf_words),
		[VALUE_BINDS] = sizeof(struct conf_binds),
		[VALUE_WORKERS] = sizeof(struct conf_workers),
		[VALUE_PAIR] = sizeof(struct conf_limit),
	};

	return sizes[kind->shape];
}

/* "key =" with nothing behind it says "as if it were not written". */
static void
value_unset(const struct value_kind *kind, void *out)
{
	switch (kind->shape) {
	case VALUE_NUMBER: *(int64_t *)out = kind->unset; break;
	case VALUE_INT: *(int *)out = kind->unset; break;
	case VALUE_STRING: *(const char **)out = ""; break;
	case VALUE_WORDS: *(struct conf_words *)out = words_none(); break;
	case VALUE_BINDS: *(struct conf_binds *)out = (struct conf_binds){ 0 }; break;
	case VALUE_WORKERS: *(struct conf_workers *)out = (struct conf_workers){ 0 }; break;
	case VALUE_PAIR: *(struct conf_limit *)out = (struct conf_limit){ .soft = CONF_NOT_SET }; break;
	}
}

/* The bounds are written in keys.def as values are, so they are read as values are. */
static bool
in_range(const struct value_place *place, const struct value_kind *kind, int64_t value)
{
	int64_t bound;

	if (value < 0)
		return false;
	/* a bound that does not parse is none; that all do is for the tests */
	if (place->key->lowest[0] != '\0' && kind->parse(place, place->key->lowest, &bound, NULL) && value < bound)
		return false;
	return place->key->highest[0] == '\0' || !kind->parse(place, place->key->highest, &bound, NULL) ||
		value <= bound;
}

static bool
say_expected(const struct value_place *place, const struct value_kind *kind, const char *text, struct err *err)
{
	char seen[64], range[64] = "";
	struct text t;

	text_init(&t, seen, sizeof seen);
	text_add_visible(&t, text, strnlen(text, 40)); /* what was typed may be anything, and goes to a terminal */
	if (strlen(text) > 40)
		text_add(&t, "...");
	text_init(&t, range, sizeof range);
	if (kind->ranged && place->key->highest[0] != '\0')
		text_addf(&t, " from %s to %s", place->key->lowest, place->key->highest);
	return err_set(err, 0, "expected %s%s, got '%s'", kind->expected, range, seen);
}

bool
value_parse(const struct value_place *place, const char *text, void *out, struct err *err)
{
	const struct value_kind *kind = key_places[key_id(place->key)].kind;
	struct err local = { 0 }; /* not ERR: a parser that says nothing leaves the sentence to us */

	/* a key that has a default cannot be emptied, and one that is refused must complain even so */
	if (text[0] == '\0' && place->key->fallback[0] == '\0' && kind != &value_kind_pass_refused) {
		value_unset(kind, out);
		return true;
	}
	if (kind->parse(place, text, out, &local) && (!kind->ranged || in_range(place, kind, *(int64_t *)out)))
		return true;
	if (local.text[0] != '\0')
		return err_set(err, 0, "%s", local.text);
	return say_expected(place, kind, text, err);
}

void
value_default(const struct conf_key *key, void *out)
{
	const struct value_kind *kind = key_places[key_id(key)].kind;
	struct value_place place = { .key = key };

	/* no list and no path has a default other than empty, so this needs neither arena nor directory; a test
	 * reads every default of the list */
	if (key->fallback[0] == '\0' || !kind->parse(&place, key->fallback, out, NULL))
		value_unset(kind, out);
}

static bool
words_equal(const struct conf_words *a, const struct conf_words *b)
{
	if (a->count != b->count)
		return false;
	for (uint32_t i = 0; i < a->count; i++)
		if (strcmp(a->at[i], b->at[i]) != 0)
			return false;
	return true;
}

/* Compared as what they mean: unix:x.sock and /etc/bridle/x.sock may be the same. */
static bool
binds_equal(const struct conf_binds *a, const struct conf_binds *b)
{
	if (a->count != b->count)
		return false;
	for (uint32_t i = 0; i < a->count; i++) {
		const struct conf_bind *x = &a->at[i], *y = &b->at[i];

		if (x->family != y->family || x->port != y->port ||
			strcmp(x->family == CONF_BIND_UNIX ? x->path : x->host,
				y->family == CONF_BIND_UNIX ? y->path : y->host) != 0)
			return false;
	}
	return true;
}

/* auto is compared as what it says, not as how many that is here. */
static bool
workers_equal(const struct conf_workers *a, const struct conf_workers *b)
{
	return a->is_auto == b->is_auto && a->min == b->min && a->max == b->max;
}

bool
value_equal(const struct value_kind *kind, const void *a, const void *b)
{
	switch (kind->shape) {
	case VALUE_NUMBER: return *(const int64_t *)a == *(const int64_t *)b;
	case VALUE_INT: return *(const int *)a == *(const int *)b;
	case VALUE_STRING: return strcmp(*(const char *const *)a, *(const char *const *)b) == 0;
	case VALUE_WORDS: return words_equal(a, b);
	case VALUE_BINDS: return binds_equal(a, b);
	case VALUE_WORKERS: return workers_equal(a, b);
	/* two numbers and nothing between them */
	case VALUE_PAIR: return memcmp(a, b, value_size(kind)) == 0;
	}
	return false;
}

/* With its end, so that of two words beside each other nobody can tell where the first one ends but as it does. */
static uint64_t
string_digest(uint64_t digest, const char *string)
{
	return digest_bytes(digest, string, strlen(string) + 1);
}

static uint64_t
words_digest(uint64_t digest, const struct conf_words *words)
{
	for (uint32_t i = 0; i < words->count; i++)
		digest = string_digest(digest, words->at[i]);
	return digest;
}

static uint64_t
binds_digest(uint64_t digest, const struct conf_binds *binds)
{
	for (uint32_t i = 0; i < binds->count; i++) {
		const struct conf_bind *b = &binds->at[i];

		digest = digest_bytes(digest, &b->family, sizeof b->family);
		digest = digest_bytes(digest, &b->port, sizeof b->port);
		digest = string_digest(digest, b->family == CONF_BIND_UNIX ? b->path : b->host);
	}
	return digest;
}

static uint64_t
workers_digest(uint64_t digest, const struct conf_workers *workers)
{
	digest = digest_bytes(digest, &workers->is_auto, sizeof workers->is_auto);
	digest = digest_bytes(digest, &workers->min, sizeof workers->min);
	return digest_bytes(digest, &workers->max, sizeof workers->max);
}

uint64_t
value_digest(uint64_t digest, const struct value_kind *kind, const void *value)
{
	switch (kind->shape) {
	case VALUE_STRING: return string_digest(digest, *(const char *const *)value);
	case VALUE_WORDS: return words_digest(digest, value);
	case VALUE_BINDS: return binds_digest(digest, value);
	case VALUE_WORKERS: return workers_digest(digest, value);
	/* numbers and nothing between them */
	case VALUE_NUMBER:
	case VALUE_INT:
	case VALUE_PAIR: break;
	}
	return digest_bytes(digest, value, value_size(kind));
}
