/*
 * diff.c -- values are compared as what they mean, not as they are written: "60s" and "1m" are no change, nor
 * is a default that somebody now writes out.
 */
#include "conf/diff.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "conf/digest.h"
#include "conf/effective.h"

enum { VALUE_SHOWN = 60 };

static bool
key_changed(const struct effective *before, const struct effective *after, unsigned key)
{
	return !value_equal(key_places[key].kind, effective_value(before, key), effective_value(after, key));
}

/* The key may name the same files, and they hold something else. */
static bool
files_changed(const struct effective *before, const struct effective *after)
{
	return before->section->environment_digest != after->section->environment_digest;
}

static enum conf_change
compare_keys(const struct effective *before, const struct effective *after)
{
	enum conf_change change = CONF_SAME;

	if (before->section->kind != after->section->kind || files_changed(before, after))
		return CONF_CHANGED_REPLACE;
	for (unsigned i = 0; i < KEY_COUNT; i++) {
		if (!key_fits(&conf_keys[i], after->section->kind) || !key_changed(before, after, i))
			continue;
		/* one such is enough: a new generation takes the live ones along */
		if (conf_keys[i].reload != CONF_RELOAD_CLASS_LIVE)
			return CONF_CHANGED_REPLACE;
		change = CONF_CHANGED_LIVE;
	}
	return change;
}

enum conf_change
conf_diff_service(const struct conf *before, const struct conf *after, const char *name)
{
	const struct conf_section *old = conf_find(before, name), *new = conf_find(after, name);
	struct effective a, b;

	if (old == NULL)
		return new == NULL ? CONF_SAME : CONF_ADDED;
	if (new == NULL)
		return CONF_REMOVED;
	effective_init(&a, before, old);
	effective_init(&b, after, new);
	return compare_keys(&a, &b);
}

/* The number outlives us, in a file, and among what it is made of are secrets. That file is for whoever may read the
 * configuration as well (0600); and 32 bits, of 64, leave a password that deserves the name unknown to whoever knows all the
 * rest. A key would lie beside it. */
static uint32_t
folded(uint64_t digest)
{
	uint32_t half = (uint32_t)(digest ^ digest >> 32);

	return half != 0 ? half : 1;
}

uint32_t
conf_fingerprint(const struct conf_section *section)
{
	const struct conf_section plain = { .kind = section->kind, .name = section->name };
	struct effective set, usual;
	uint64_t sum = digest_bytes(DIGEST_INIT, &section->environment_digest, sizeof section->environment_digest);

	sum = digest_bytes(sum, &section->kind, sizeof section->kind);
	/* of a service the section alone is asked */
	effective_init(&set, NULL, section);
	effective_init(&usual, NULL, &plain);
	for (unsigned i = 0; i < KEY_COUNT; i++) {
		const struct conf_key *key = &conf_keys[i];

		if (!key_fits(key, section->kind) || key->reload == CONF_RELOAD_CLASS_LIVE ||
			!key_changed(&usual, &set, i))
			continue;
		sum += value_digest(digest_bytes(DIGEST_INIT, key->name, strlen(key->name) + 1), key_places[i].kind,
			effective_value(&set, i));
	}
	return folded(sum);
}

/* ---- for people ---- */

/* What is told goes to the log and to whoever asked for the reload, who may not be allowed to read the file. */
static bool
is_secret(const struct conf_key *key)
{
	static const char *const words[] = { "environment", "raw_env", "password", "secret", "token", "key" };

	if (key_places[key_id(key)].kind->secret)
		return true;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strstr(key->name, words[i]) != NULL && key_id(key) != KEY_environment_file)
			return true;
	return false;
}

static void
add_value(struct text *t, const struct effective *e, unsigned key, struct arena *arena)
{
	const char *value = effective_text(e, key, " ", arena);

	text_add_visible(t, value[0] == '\0' ? "unset" : value,
		strnlen(value[0] == '\0' ? "unset" : value, VALUE_SHOWN));
	if (strlen(value) > VALUE_SHOWN)
		text_add(t, "...");
}

struct teller {
	void (*word)(void *context, const char *line);
	void *context;
	struct arena *arena;
};

/* Line by line to whoever asked: bridled to its log, bridle to the terminal. */
static void
tell_key(const struct teller *teller, const struct effective *before, const struct effective *after, unsigned key)
{
	bool is_bridle = after->section->kind == CONF_BRIDLE;
	char line[512];
	struct text t;

	text_init(&t, line, sizeof line);
	text_addf(&t, is_bridle ? "[bridle] %s%s" : "%s: %s", after->section->name, conf_keys[key].name);
	if (is_secret(&conf_keys[key])) { /* that it changed, and no more */
		text_add(&t, " changed");
	} else {
		text_add(&t, " ");
		add_value(&t, before, key, teller->arena);
		text_add(&t, " -> ");
		add_value(&t, after, key, teller->arena);
	}
	if (conf_keys[key].reload == CONF_RELOAD_CLASS_DAEMON)
		text_add(&t, ": takes effect when bridled is started anew");
	teller->word(teller->context, line);
}

static void
tell_section(const struct teller *teller, const struct effective *before, const struct effective *after)
{
	char line[128];

	if (before->section->kind != after->section->kind) {
		snprintf(line, sizeof line, "%s: is another kind of service", after->section->name);
		teller->word(teller->context, line);
		return;
	}
	for (unsigned i = 0; i < KEY_COUNT; i++)
		if (key_fits(&conf_keys[i], after->section->kind) && key_changed(before, after, i))
			tell_key(teller, before, after, i);
	/* where the key changed as well, that line says it already */
	if (files_changed(before, after) && !key_changed(before, after, KEY_environment_file)) {
		snprintf(line, sizeof line, "%s: an environment file changed", after->section->name);
		teller->word(teller->context, line);
	}
}

static void
tell_name(const struct teller *teller, const char *what, const char *name)
{
	char line[128];

	snprintf(line, sizeof line, "%s: %s", what, name);
	teller->word(teller->context, line);
}

/* In the order of the new configuration, and those that are gone at the end. */
void
conf_diff(const struct conf *before, const struct conf *after, void (*word)(void *context, const char *line),
	void *context)
{
	struct teller teller = { word, context, arena_new() };
	struct effective a, b;

	if (teller.arena == NULL) /* a reload does not fail for want of words */
		return;
	effective_init(&a, before, &before->bridle);
	effective_init(&b, after, &after->bridle);
	tell_section(&teller, &a, &b);
	for (uint32_t i = 0; i < after->service_count; i++) {
		const struct conf_section *old = conf_find(before, after->services[i].name);

		if (old == NULL) {
			tell_name(&teller, "new", after->services[i].name);
			continue;
		}
		effective_init(&a, before, old);
		effective_init(&b, after, &after->services[i]);
		tell_section(&teller, &a, &b);
	}
	for (uint32_t i = 0; i < before->service_count; i++)
		if (conf_find(after, before->services[i].name) == NULL)
			tell_name(&teller, "gone", before->services[i].name);
	arena_free(teller.arena);
}
