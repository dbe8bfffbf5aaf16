/*
 * Who a service is, where it is, what it is told, and where its output goes.
 */
#include "import/translate.h"

#include <string.h>
#include <strings.h>

#include "import/directives.h"
#include "import/hole.h"
#include "import/unit.h"
#include "wire/execline.h"

void
translate_directory(struct translation *t)
{
	const char *path = t->value;
	bool may_miss = path[0] == '-' && t->unit != NULL;

	path += may_miss;
	if (path[0] == '~' && t->unit != NULL)
		path = arena_printf(t->import->arena, "%chome of the user%c", HOLE_OPEN, HOLE_CLOSE);
	if (path[0] == HOLE_OPEN)
		path = arena_printf(t->import->arena, "/%s", path);
	if (path[0] != '/' && t->unit != NULL && path[0] != '\0' && may_miss) {
		translate_pass_over(t, "not an absolute path");
		return;
	}
	/* most likely somebody's to replace: the rest of the unit is worth having (config_parse_working_directory() is fatal) */
	if (path[0] != '/' && t->unit != NULL && path[0] != '\0') {
		translate_settle(t, FATE_LOST,
			"not an absolute path, for which systemd refuses the unit: write directory where it is known");
		conf_complain(t->import->report, CONF_WARNING, t->entry->file, t->entry->line,
			"%s: not an absolute path: systemd refuses the unit", t->entry->directive);
		return;
	}
	translate_set(t, KEY_directory, path, may_miss ? "it must be there" : t->directive->reason);
	if (t->entry->fate == FATE_KEPT && path[0] == '/')
		t->draft->directory = path;
}

/* systemd's own words for numbers, and a dot, are refused by conf where they make no sense. */
void
translate_account(struct translation *t)
{
	if (t->value[0] == '\0')
		translate_settle(t, FATE_MEANINGLESS, "it is empty");
	else
		translate_copy(t);
}

bool
translate_assign(struct translation *t, const char *word, struct err *err)
{
	struct arena *arena = t->import->arena;

	/* quoting would take a hole's bytes for what they are, so it goes over the word as a whole */
	if (!draft_set(t->draft, KEY_environment, draft_quote(arena, word), "", err))
		return false;
	wordlist_add(&t->draft->variables, arena_copy_string(arena, word));
	return true;
}

/* "more" behind WORDS. */
static const char *
with(struct arena *arena, const char *words, const char *between, const char *more)
{
	return arena_printf(arena, "%s%s%s", words, words[0] != '\0' ? between : "", more);
}

/* A comment at the end of the line is none for systemd: its words are. */
void
translate_environment(struct translation *t)
{
	const char *rest = t->value, *holes = "", *others = "", *lost = "", *note;
	struct arena *arena = t->import->arena;
	char *word = arena_alloc(arena, strlen(rest) + 1);
	enum word_step step = WORD_END;
	bool is_set = false;
	struct err err;

	while (word != NULL && (step = execline_next(&rest, word, &err)) == WORD_TAKEN) {
		if (strchr(word, '=') == NULL) {
			others = with(arena, others, " ", hole_show(arena, word));
			continue;
		}
		if (!translate_assign(t, word, &err)) {
			lost = with(arena, lost, "; ",
				arena_printf(arena, "%.*s: %s", (int)strcspn(word, "="), word, err.text));
			continue;
		}
		is_set = true;
		if (hole_is_in(word))
			holes = with(arena, holes, "; fill in: ", hole_list(arena, word));
	}
	note = holes[0] != '\0' ? arena_printf(arena, "fill in: %s", holes) : "";
	if (others[0] != '\0')
		note = with(arena, note, "; ",
			arena_printf(arena, "no NAME=value, so that systemd passes over it: %s", others));
	if (step == WORD_BAD)
		import_broken(t->import, t->entry, err.text);
	else if (lost[0] != '\0')
		ledger_settle(&t->import->ledger, t->entry, FATE_LOST, is_set ? "environment" : "", "%s",
			with(arena, lost, "; ", note));
	else if (is_set)
		ledger_settle(&t->import->ledger, t->entry, FATE_KEPT, "environment", "%s", note);
	else
		translate_pass_over(t, "not NAME=value");
}

void
translate_environment_file(struct translation *t)
{
	struct arena *arena = t->import->arena;
	bool may_miss = t->value[0] == '-';
	const char *path = t->value + may_miss;

	if (path[0] == HOLE_OPEN)
		path = arena_printf(arena, "/%s", path);
	if (path[0] != '/') {
		translate_settle(t, FATE_MEANINGLESS, "not an absolute path: systemd passes over it");
		return;
	}
	if (strpbrk(hole_stand_in(arena, path), "*?[") != NULL) {
		ledger_settle(&t->import->ledger, t->entry, FATE_LOST, "",
			"a pattern: name each file that it stands for");
		return;
	}
	translate_set(t, KEY_environment_file,
		draft_quote(arena, arena_printf(arena, "%s%s", may_miss ? "-" : "", path)), "");
}

/* Directories in which programs are looked for, and the PATH of a service that is given none (systemd.exec(5)). */
void
translate_search_path(struct translation *t)
{
	struct err err;

	for (uint32_t i = 0; i < t->draft->variables.count; i++)
		if (strncmp(t->draft->variables.at[i], "PATH=", 5) == 0) {
			translate_settle(t, FATE_LOST, "a bare command is looked for in the PATH of environment");
			return;
		}
	if (translate_assign(t, arena_printf(t->import->arena, "PATH=%s", t->value), &err))
		ledger_settle(&t->import->ledger, t->entry, FATE_KEPT, "environment", "as PATH");
	else
		ledger_settle(&t->import->ledger, t->entry, FATE_LOST, "", "%s", err.text);
}

/* ---- a user that systemd makes up ---- */

/* What DynamicUser=yes implies (systemd.exec(5)), where the unit says nothing itself. */
static const struct {
	enum key_id key;
	const char *value;
} kept_from[] = {
	{ KEY_protect_system, "strict" },
	{ KEY_protect_home, "read-only" },
	{ KEY_private_tmp, "yes" },
	{ KEY_remove_ipc, "yes" },
	{ KEY_no_new_privileges, "yes" },
	{ KEY_restrict_suid_sgid, "yes" },
};

void
translate_dynamic_user(struct translation *t)
{
	struct err err;

	if (translate_is_off(t->value)) {
		translate_guard(t);
		return;
	}
	for (size_t i = 0; i < sizeof kept_from / sizeof kept_from[0]; i++)
		if (!draft_has(t->draft, kept_from[i].key))
			draft_set(t->draft, kept_from[i].key, kept_from[i].value, "as DynamicUser=yes has it", &err);
	/* without one it would run as whoever runs bridled */
	if (!draft_has(t->draft, KEY_user) &&
		!draft_set(t->draft, KEY_user, t->unit->prefix, "DynamicUser=yes made it up: useradd --system", &err))
		draft_set(t->draft, KEY_user, arena_printf(t->import->arena, "%cuser%c", HOLE_OPEN, HOLE_CLOSE), "",
			&err);
	translate_as_listed(t);
}

void
translate_slice(struct translation *t)
{
	static const char *const plain[] = { "system.slice", "user.slice", "-.slice" };

	for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
		if (strcmp(t->value, plain[i]) == 0) {
			translate_as_listed(t);
			return;
		}
	translate_settle(t, FATE_LOST,
		"what that slice limits does not hold here: memory_max, cpu_quota and the like are for this service, "
		"those of "
		"bridled's own unit for all of them");
}

/* ---- output ---- */

void
translate_standard_input(struct translation *t)
{
	if (strcasecmp(t->value, "null") == 0)
		translate_settle(t, FATE_IMPLIED, "standard input is /dev/null");
	else if (strcasecmp(t->value, "socket") == 0)
		translate_settle(t, FATE_LOST, "a connection cannot be handed over as standard input");
	else
		translate_as_listed(t);
}

void
translate_output(struct translation *t)
{
	static const char *const elsewhere[] = { "file:", "append:", "truncate:", "fd:" };

	if (strcasecmp(t->value, "null") == 0 && strcmp(t->directive->name, "StandardOutput") == 0) {
		translate_set(t, KEY_log, "none", "errors of a start are not kept either");
		return;
	}
	for (size_t i = 0; i < sizeof elsewhere / sizeof elsewhere[0]; i++)
		if (strncmp(t->value, elsewhere[i], strlen(elsewhere[i])) == 0) {
			translate_settle(t, FATE_LOST,
				"output goes to Bridle's own log file (bridle logs NAME), which it rotates");
			return;
		}
	if (strcasecmp(t->value, "tty") == 0 || strcasecmp(t->value, "socket") == 0)
		translate_settle(t, FATE_LOST, "output goes to Bridle's log file (bridle logs NAME)");
	else
		translate_settle(t, FATE_IMPLIED,
			"Bridle keeps the output in a log file of the service (bridle logs NAME), "
			"not in the journal");
}
