/*
 * Who a service is, where it is, what it is told, and where its output goes.
 */
#include "import/translate.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
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
	if (path[0] != '/' && t->unit != NULL && path[0] != '\0') {
		ledger_settle(&t->import->ledger, t->entry, FATE_LOST, "", "systemd refuses it: not an absolute path");
		conf_complain(t->import->report, CONF_WARNING, t->entry->file, t->entry->line,
			"%s: not an absolute path: systemd passes over it", t->entry->directive);
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

/* Set NAME=value: an assignment, whose value may hold holes. False with ERR. */
static bool
set_assignment(struct translation *t, const char *word, struct err *err)
{
	struct arena *arena = t->import->arena;

	/* quoting would take a hole's bytes for what they are, so it goes over the word as a whole */
	if (!draft_set(t->draft, KEY_environment, draft_quote(arena, word), "", err))
		return false;
	wordlist_add(&t->draft->variables, arena_copy_string(arena, word));
	return true;
}

void
translate_environment(struct translation *t)
{
	const char *rest = t->value, *note = "";
	struct arena *arena = t->import->arena;
	char *word = arena_alloc(arena, strlen(rest) + 1);
	enum word_step step = WORD_END;
	struct err err;

	while (word != NULL && (step = execline_next(&rest, word, &err)) == WORD_TAKEN) {
		if (strchr(word, '=') == NULL)
			note = arena_printf(arena, "%s%sa word without = is passed over, as systemd does", note,
				note[0] != '\0' ? "; " : "");
		else if (!set_assignment(t, word, &err))
			break;
		else if (hole_is_in(word))
			note = arena_printf(arena, "%s%sfill in: %s", note, note[0] != '\0' ? "; " : "",
				hole_list(arena, word));
	}
	if (step == WORD_BAD)
		import_broken(t->import, t->entry, err.text);
	else if (step == WORD_TAKEN)
		ledger_settle(&t->import->ledger, t->entry, FATE_LOST, "", "%s", err.text);
	else
		ledger_settle(&t->import->ledger, t->entry, FATE_KEPT, "environment", "%s", note);
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
		ledger_settle(&t->import->ledger, t->entry, FATE_LOST, "", "not an absolute path: systemd refuses it");
		return;
	}
	if (strpbrk(path, "*?[") != NULL) {
		ledger_settle(&t->import->ledger, t->entry, FATE_LOST, "",
			"a pattern: name each file that it stands for");
		return;
	}
	translate_set(t, KEY_environment_file,
		draft_quote(arena, arena_printf(arena, "%s%s", may_miss ? "-" : "", path)), "");
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

/* ---- the socket unit ---- */

/* VALUE of ListenStream as bind has it: a number is a port of every address, of both families (systemd.socket(5)). */
static const char *
bind_of(struct arena *arena, const char *value)
{
	if (value[0] == '/')
		return arena_printf(arena, "unix:%s", value);
	if (value[0] == HOLE_OPEN)
		return arena_printf(arena, "unix:/%s", value);
	if (strspn(value, "0123456789") == strlen(value))
		return arena_printf(arena, "0.0.0.0:%s [::]:%s", value, value);
	return value;
}

/* Whether the socket unit wants an IPv6 listener to stay one. */
static bool
is_ipv6_only(const struct unit *unit)
{
	bool is = false;

	for (const struct unit_line *line = unit->first; line != NULL; line = line->next)
		if (strcmp(line->entry->directive, "BindIPv6Only") == 0)
			is = strcmp(line->value, "ipv6-only") == 0;
	return is;
}

void
translate_listen(struct translation *t)
{

	if (t->value[0] == '@')
		translate_settle(t, FATE_LOST, "an abstract socket is not opened: Gunicorn cannot serve one");
	else if (strncmp(t->value, "vsock:", 6) == 0)
		translate_settle(t, FATE_LOST, "the socket is not opened: Gunicorn serves unix and TCP only");
	else if (t->draft->kind == CONF_PROGRAM)
		translate_settle(t, FATE_LOST,
			"listeners are handed to a [gunicorn] only: the program must open its own");
	else if (strncmp(t->value, "[::]:", 5) == 0 && !is_ipv6_only(t->unit))
		translate_set(t, KEY_bind, arena_printf(t->import->arena, "%s 0.0.0.0:%s", t->value, t->value + 5),
			"systemd's takes IPv4 too; here each address has its own listener");
	else
		translate_set(t, KEY_bind, bind_of(t->import->arena, t->value), "");
}

void
translate_accept(struct translation *t)
{
	if (strcasecmp(t->value, "yes") == 0 || strcasecmp(t->value, "true") == 0)
		translate_settle(t, FATE_LOST,
			"a process for each connection is not started: the listener itself is handed over");
	else
		translate_as_listed(t);
}

void
translate_bind_ipv6(struct translation *t)
{
	if (strcmp(t->value, "ipv6-only") == 0)
		translate_settle(t, FATE_IMPLIED, "an IPv6 listener takes IPv6 only");
	else
		translate_settle(t, FATE_IMPLIED, "0.0.0.0 has a listener beside that of [::]");
}

/* ---- supervisord ---- */

/* supervisord's environment is KEY="value",KEY='value',KEY=value: shlex with letters enough for paths
 * (supervisor/datatypes.py, dict_of_key_value_pairs). Copies one value to TO; returns what follows it. */
static const char *
take_pair_value(const char *c, char *to)
{
	char quote = '\0';

	for (; *c != '\0' && (quote != '\0' || *c != ','); c++) {
		if (*c == HOLE_OPEN)
			for (; *c != '\0' && *c != HOLE_CLOSE; c++)
				*to++ = *c;
		if (*c == quote && quote != '\0')
			quote = '\0';
		else if (quote == '\0' && (*c == '"' || *c == '\''))
			quote = *c;
		else if (*c != '\0' && (quote != '\0' || strchr(" \t\n", *c) == NULL))
			*to++ = *c;
		if (*c == '\0')
			break;
	}
	*to = '\0';
	return quote == '\0' ? c : NULL;
}

void
translate_pairs(struct translation *t)
{
	struct arena *arena = t->import->arena;
	char *value = arena_alloc(arena, strlen(t->value) + 1);
	const char *c = t->value, *note = "";
	struct err err;

	while (value != NULL && *(c += strspn(c, ", \t\n")) != '\0') {
		size_t n = strcspn(c, "=,");
		const char *word, *after = c[n] == '=' ? take_pair_value(c + n + 1, value) : NULL;

		if (after == NULL) {
			import_broken(t->import, t->entry,
				"not a list of NAME=\"value\",NAME=\"value\": supervisord refuses it");
			return;
		}
		while (n > 0 && strchr(" \t\n", c[n - 1]) != NULL)
			n--;
		word = arena_printf(arena, "%.*s=%s", (int)n, c, value);
		if (!set_assignment(t, word, &err)) {
			ledger_settle(&t->import->ledger, t->entry, FATE_LOST, "", "%.*s: %s", (int)n, c, err.text);
			return;
		}
		if (hole_is_in(word))
			note = arena_printf(arena, "%s%sfill in: %s", note, note[0] != '\0' ? "; " : "",
				hole_list(arena, word));
		c = after;
	}
	ledger_settle(&t->import->ledger, t->entry, FATE_KEPT, "environment", "%s", note);
}

static bool
is_yes(const char *value)
{
	return strcasecmp(value, "true") == 0 || strcasecmp(value, "yes") == 0 || strcasecmp(value, "on") == 0 ||
		strcmp(value, "1") == 0;
}

void
translate_boolean(struct translation *t)
{
	translate_set(t, key_id(key_find(t->directive->key)),
		hole_is_in(t->value)     ? t->value :
			is_yes(t->value) ? "yes" :
					   "no",
		"");
}

void
translate_autorestart(struct translation *t)
{
	if (hole_is_in(t->value))
		translate_copy(t);
	else
		translate_set(t, KEY_restart,
			strcasecmp(t->value, "unexpected") == 0 ? "on-failure" :
				is_yes(t->value)                ? "always" :
								  "never",
			"");
}

void
translate_exitcodes(struct translation *t)
{
	if (strcmp(t->value, "0") == 0)
		translate_settle(t, FATE_IMPLIED, "0 is the deliberate exit status");
	else
		translate_as_listed(t);
}

void
translate_numprocs(struct translation *t)
{
	if (strcmp(t->value, "1") == 0)
		translate_settle(t, FATE_MEANINGLESS, "a service is one master");
	else
		translate_settle(t, FATE_LOST,
			"one is started: a Gunicorn serves with more workers, of another program write a "
			"section for each");
}

void
translate_logfile(struct translation *t)
{
	if (strcmp(t->value, "/dev/null") == 0 || strcasecmp(t->value, "NONE") == 0)
		translate_set(t, KEY_log, "none", "errors of a start are not kept either");
	else if (strcmp(t->value, "/dev/stdout") == 0 || strcmp(t->value, "/dev/fd/1") == 0 ||
		strcmp(t->value, "/dev/stderr") == 0 || strcmp(t->value, "/dev/fd/2") == 0)
		translate_set(t, KEY_log, "stdout", "with the service's name in front");
	else if (strcasecmp(t->value, "AUTO") == 0 || t->value[0] == '\0')
		translate_settle(t, FATE_IMPLIED, "output is kept: bridle logs NAME");
	else
		translate_settle(t, FATE_LOST,
			"output is kept in Bridle's own file, both streams in one (bridle logs NAME): who "
			"reads the old file must be told");
}

/* supervisord's 0 means never to rotate; its KB, MB and GB are ours. */
void
translate_log_size(struct translation *t)
{
	uint64_t size;

	if (strcmp(t->value, "0") == 0)
		translate_set(t, KEY_log_max_size, "1T", "never rotated, as far as that goes");
	else if (text_parse_size(t->value, &size) && size < 4096)
		translate_set(t, KEY_log_max_size, "4K", "the least that there is");
	else
		translate_set(t, KEY_log_max_size, t->value, t->directive->reason);
}

void
translate_log_keep(struct translation *t)
{
	translate_number(t);
}
