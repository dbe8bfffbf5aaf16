/*
 * Capabilities and sandbox: our keys are systemd's, so values are copied, and put right where ours say it in another way. What
 * a key of ours cannot say is lost, and the list says what that changes.
 */
#include "import/translate.h"

#include <string.h>
#include <strings.h>

#include "import/directives.h"
#include "import/hole.h"
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

/* private and disconnected are degrees that some switches have got; here there is one. */
void
translate_switch(struct translation *t)
{
	static const char *const on[] = { "yes", "true", "on", "1", "y", "t", "private", "disconnected" };
	const char *note = "";

	if (strcmp(t->directive->key, "private_tmp") == 0)
		note = "in memory, and new for each generation";
	if (is_emptied(t))
		return;
	if (hole_is_in(t->value)) {
		keep(t, t->value, note);
		return;
	}
	for (size_t i = 0; i < sizeof on / sizeof on[0]; i++)
		if (strcasecmp(t->value, on[i]) == 0) {
			keep(t, "yes", note);
			return;
		}
	if (translate_is_off(t->value)) {
		draft_unset(t->draft, translate_key(t));
		translate_settle(t, FATE_MEANINGLESS, "it is off, as here");
	} else {
		translate_settle(t, FATE_MEANINGLESS, "systemd knows no such word: it passes over it");
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

/* "-+/path": + is about a RootDirectory=, which there is none of here. */
void
translate_sandbox_paths(struct translation *t)
{
	struct arena *arena = t->import->arena;
	const char *rest = t->value, *list = "";
	char *word = arena_alloc(arena, strlen(rest) + 1);

	if (word == NULL || is_emptied(t))
		return;
	while (execline_next(&rest, word, NULL) == WORD_TAKEN) {
		bool may_miss = word[0] == '-';
		const char *path = word + may_miss;

		path += path[0] == '+';
		list = arena_printf(arena, "%s%s%s", list, list[0] != '\0' ? " " : "",
			draft_quote(arena,
				arena_printf(arena, "%s%s%s", may_miss ? "-" : "", path[0] == HOLE_OPEN ? "/" : "",
					path)));
	}
	keep(t, list, "");
}

/* A path that begins with what is to be filled in is absolute, too. */
static const char *
absolute(struct arena *arena, const char *path, size_t n)
{
	return arena_printf(arena, "%s%.*s", path[0] == HOLE_OPEN ? "/" : "", (int)n, path);
}

/* "source:destination:options", of which only the first must be there; also "path:options". */
void
translate_bind_paths(struct translation *t)
{
	struct arena *arena = t->import->arena;
	const char *rest = t->value, *list = "";
	char *word = arena_alloc(arena, strlen(rest) + 1);

	if (word == NULL || is_emptied(t))
		return;
	while (execline_next(&rest, word, NULL) == WORD_TAKEN) {
		size_t dash = word[0] == '-', n = strcspn(word + dash, ":");
		const char *bound = absolute(arena, word + dash, n), *behind = word + dash + n;

		if (behind[0] == ':') {
			n = strcspn(behind + 1, ":");
			bound = arena_printf(arena, "%s:%s%s", bound, absolute(arena, behind + 1, n), behind + 1 + n);
		}
		list = arena_printf(arena, "%s%s%s", list, list[0] != '\0' ? " " : "",
			draft_quote(arena, arena_printf(arena, "%s%s", dash > 0 ? "-" : "", bound)));
	}
	keep(t, list, "");
}

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
	const char *private = unit_value(t->unit, "PrivateDevices");

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
