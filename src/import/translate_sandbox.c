/*
 * Capabilities and sandbox: our keys are systemd's, so values are copied, and put right where ours say it in another way. What
 * a key of ours cannot say is lost, and the list says what that changes.
 */
#include "import/translate.h"

#include <string.h>
#include <strings.h>

#include "import/directives.h"
#include "import/hole.h"
#include "import/overrule.h"
#include "import/unit.h"
#include "sandbox/syscalls.h"
#include "wire/execline.h"

/* Kept with NOTE, or lost with both reasons: what that changes, and why. */
static void
keep(struct translation *t, const char *value, const char *note)
{
	enum key_id key = translate_key(t);
	struct err err;

	if (!draft_set(t->draft, key, value, note, &err))
		ledger_settle(&t->import->ledger, t->entry, FATE_LOST, "", "%s: %s", t->directive->reason, err.text);
	else
		ledger_settle(&t->import->ledger, t->entry, FATE_KEPT, t->directive->key, "%s%s%s", note,
			note[0] != '\0' && hole_is_in(value) ? "; " : "",
			hole_is_in(value) ? hole_list(t->import->arena, value) : "");
}

/* An empty value takes back what stood before it. */
static bool
is_emptied(struct translation *t)
{
	if (t->value[0] != '\0')
		return false;
	draft_unset(t->draft, translate_key(t));
	translate_settle(t, FATE_MEANINGLESS, "it only empties what stood before it");
	return true;
}

/* Some switches have got degrees; here there is one. */
static const struct {
	const char *key, *word, *note;
} degrees[] = {
	{ "private_tmp", "disconnected", "" },
	{ "protect_hostname", "private", "the host name is the machine's" },
	{ "protect_control_groups", "private", "all groups are seen, and none can be written" },
	{ "protect_control_groups", "strict", "all groups are seen" },
};

/* Whether VALUE is one of them, with its note, or yes. */
static bool
is_on(const struct translation *t, const char **note)
{
	static const char *const on[] = { "yes", "true", "on", "1", "y", "t" };

	for (size_t i = 0; i < sizeof degrees / sizeof degrees[0]; i++)
		if (strcmp(t->directive->key, degrees[i].key) == 0 && strcmp(t->value, degrees[i].word) == 0) {
			*note = degrees[i].note[0] != '\0' ? degrees[i].note : *note;
			return true;
		}
	for (size_t i = 0; i < sizeof on / sizeof on[0]; i++)
		if (strcasecmp(t->value, on[i]) == 0)
			return true;
	return false;
}

void
translate_switch(struct translation *t)
{
	const char *note = "";

	if (strcmp(t->directive->key, "private_tmp") == 0)
		note = "in memory, and new for each generation and for each command around it (RuntimeDirectory= is for what they share)";
	if (is_emptied(t))
		return;
	if (hole_is_in(t->value)) {
		keep(t, t->value, note);
	} else if (is_on(t, &note)) {
		keep(t, "yes", note);
	} else if (translate_is_off(t->value)) {
		draft_unset(t->draft, translate_key(t));
		translate_settle(t, FATE_MEANINGLESS, "it is off, as here");
	} else {
		translate_pass_over(t, "neither yes nor no");
	}
}

/* systemd has no other words for these than we have. */
void
translate_sandbox_word(struct translation *t)
{
	struct err err;

	if (is_emptied(t))
		return;
	if (hole_is_in(t->value) || draft_reads(t->draft, translate_key(t), t->value, &err))
		keep(t, t->value, "");
	else
		translate_pass_over(t, arena_copy_string(t->import->arena, err.text));
}

/* A list of which systemd passes over the words that it does not know (CAP_RAWIO), and so do we, but say so. */
static void
keep_known(struct translation *t)
{
	struct arena *arena = t->import->arena;
	const char *not = t->value[0] == '~' ? "~" : "", *rest = t->value + strlen(not ), *list = "", *unknown = "";
	char *word = arena_alloc(arena, strlen(rest) + 1);
	struct err err;

	while (word != NULL && execline_next(&rest, word, NULL) == WORD_TAKEN) {
		bool known = hole_is_in(word) || draft_reads(t->draft, translate_key(t), word, &err);
		const char **to = known ? &list : &unknown;

		*to = arena_printf(arena, "%s%s%s", *to, (*to)[0] != '\0' ? " " : "", word);
	}
	if (unknown[0] == '\0' || list[0] == '\0')
		keep(t, t->value, "");
	else
		keep(t, arena_printf(arena, "%s%s", not, list),
			arena_printf(arena, "not known, and passed over: %s", unknown));
}

/* No capability at all is what an empty bounding set is for systemd. */
void
translate_sandbox_list(struct translation *t)
{
	if (t->value[0] == '\0' && strcmp(t->directive->key, "capability_bounding_set") == 0) {
		draft_unset(t->draft, translate_key(t));
		keep(t, "none", "");
	} else if (!is_emptied(t)) {
		keep_known(t);
	}
}

/* ---- paths ---- */

/* The words of a line: those that become a setting, those that systemd passes over, and those that a key of ours cannot say. */
struct paths {
	const char *kept, *passed, *lost;
	struct err err; /* why the last one of these is lost */
};

/* Whether .. is a part of WORD, which may be several paths with a colon between them. */
static bool
has_parent(const char *word)
{
	for (; (word = strstr(word, "/..")) != NULL; word += 3)
		if (strchr("/:", word[3]) != NULL)
			return true;
	return false;
}

/* Put WORD where it belongs (path_simplify_and_warn() of systemd's shared/parse-helpers.c: "not absolute", "not normalized"). */
static void
sort_path(struct translation *t, struct paths *paths, const char *word)
{
	struct arena *arena = t->import->arena;
	const char *quoted = draft_quote(arena, word), **to = &paths->kept;

	if (word[word[0] == '-'] != '/' || has_parent(word))
		to = &paths->passed;
	else if (!draft_reads(t->draft, translate_key(t), hole_stand_in(arena, quoted), &paths->err))
		to = &paths->lost;
	*to = arena_printf(arena, "%s%s%s", *to, (*to)[0] != '\0' ? " " : "", quoted);
}

/* What is wrong with one path takes none of the others along. */
static void
keep_paths(struct translation *t, const struct paths *paths)
{
	static const char odd[] = "not an absolute path without ..";
	struct arena *arena = t->import->arena;
	const char *note = paths->passed[0] == '\0' ?
		"" :
		arena_printf(arena, "%s, so that systemd passes over it: %s", odd, hole_show(arena, paths->passed));

	if (paths->kept[0] != '\0')
		keep(t, paths->kept, note);
	else if (paths->lost[0] == '\0')
		translate_pass_over(t, odd);
	if (paths->lost[0] != '\0')
		ledger_settle(&t->import->ledger, t->entry, FATE_LOST, "", "%s: %s: %s%s%s",
			hole_show(arena, paths->lost), t->directive->reason, paths->err.text,
			note[0] != '\0' ? "; " : "", note);
}

/* Each word of the value, after the "-" that it may begin with, as PUT says it in our words. */
static void
translate_paths(struct translation *t, const char *(*put)(struct arena *arena, const char *path))
{
	struct paths paths = { .kept = "", .passed = "", .lost = "" };
	struct arena *arena = t->import->arena;
	const char *rest = t->value;
	char *word = arena_alloc(arena, strlen(rest) + 1);

	if (word == NULL || is_emptied(t))
		return;
	while (execline_next(&rest, word, NULL) == WORD_TAKEN) {
		size_t dash = word[0] == '-';

		sort_path(t, &paths, arena_printf(arena, "%.*s%s", (int)dash, word, put(arena, word + dash)));
	}
	keep_paths(t, &paths);
}

/* A path that begins with what is to be filled in is absolute, too. */
static const char *
absolute(struct arena *arena, const char *path, size_t n)
{
	return arena_printf(arena, "%s%.*s", path[0] == HOLE_OPEN ? "/" : "", (int)n, path);
}

/* "+/path": that is about a RootDirectory=, which there is none of here. */
static const char *
put_path(struct arena *arena, const char *path)
{
	path += path[0] == '+';
	return absolute(arena, path, strlen(path));
}

void
translate_sandbox_paths(struct translation *t)
{
	translate_paths(t, put_path);
}

/* "source:destination:options", of which only the first must be there; also "path:options". */
static const char *
put_bind(struct arena *arena, const char *path)
{
	size_t n = strcspn(path, ":"), to;
	const char *source = absolute(arena, path, n), *behind = path + n;

	if (behind[0] != ':')
		return source;
	to = strcspn(++behind, ":");
	return arena_printf(arena, "%s:%s%s", source, absolute(arena, behind, to), behind + to);
}

void
translate_bind_paths(struct translation *t)
{
	translate_paths(t, put_bind);
}

/* ---- others ---- */

/* private is what systemd gives a service that says nothing (systemd.exec(5)), and what every one gets here. */
void
translate_keyring(struct translation *t)
{
	if (strcmp(t->value, "private") == 0 || t->value[0] == '\0')
		translate_settle(t, FATE_IMPLIED, "each generation has a session keyring of its own");
	else
		translate_as_listed(t);
}

/* systemd.resource-control(5): what no IPAddressDeny= takes is allowed in any case. */
void
translate_address_allow(struct translation *t)
{
	if (unit_value(t->unit, "IPAddressDeny")[0] == '\0')
		translate_settle(t, FATE_MEANINGLESS, "it takes nothing away without IPAddressDeny=");
	else
		translate_as_listed(t);
}

/* PrivateDevices=yes leaves no more than DevicePolicy=closed does (systemd.exec(5)). */
void
translate_device_policy(struct translation *t)
{
	static const char *const on[] = { "yes", "true", "on", "1", "y", "t" };
	const char *private = value_in_effect(t->import, t->unit, "Service", "PrivateDevices");

	for (size_t i = 0; i < sizeof on / sizeof on[0]; i++)
		if (strcasecmp(private, on[i]) == 0) {
			translate_settle(t, FATE_IMPLIED, "private_devices = yes leaves it the harmless devices only");
			return;
		}
	translate_guard(t);
}

/* systemd passes over calls that it does not know, and so do we, but say so. */
void
translate_syscalls(struct translation *t)
{
	struct arena *arena = t->import->arena;
	bool inverted = t->value[0] == '~';
	const char *rest = t->value + inverted, *list = "", *unknown = "";
	char *word = arena_alloc(arena, strlen(rest) + 1);

	if (word == NULL || is_emptied(t))
		return;
	while (execline_next(&rest, word, NULL) == WORD_TAKEN) {
		const char *name = arena_copy(arena, word, strcspn(word, ":"));

		if (syscalls_is_known(name) || hole_is_in(word))
			list = arena_printf(arena, "%s%s%s%s", list, list[0] != '\0' ? " " : "", inverted ? "~" : "",
				word);
		else
			unknown = arena_printf(arena, "%s %s", unknown, name);
	}
	if (list[0] == '\0')
		ledger_settle(&t->import->ledger, t->entry, FATE_MEANINGLESS, "", "no such calls are known:%s",
			unknown);
	else
		keep(t, list, unknown[0] != '\0' ? arena_printf(arena, "not known, and passed over:%s", unknown) : "");
}

void
translate_architectures(struct translation *t)
{
	if (is_emptied(t))
		return;
	if (strcmp(t->value, "native") == 0)
		keep(t, "native", "");
	else if (strstr(t->value, "native") != NULL)
		keep(t, "native", "calls of the other architectures end the process, too");
	else
		keep(t, t->value, "");
}

/* self is another word for yes; identity and full know more users than we let it know. */
void
translate_private_users(struct translation *t)
{
	if (strcasecmp(t->value, "self") == 0)
		keep(t, "yes", "");
	else if (strcasecmp(t->value, "identity") == 0 || strcasecmp(t->value, "full") == 0)
		translate_settle(t, FATE_LOST,
			"as root, it has rights over the machine: private_users = yes takes them, and knows root and "
			"its own user only");
	else
		translate_switch(t);
}
