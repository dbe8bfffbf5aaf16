/*
 * systemd -- units into drafts: which service a socket belongs to, and in which order lines are translated, for some need
 * what others say.
 */
#include "import/sources.h"

#include <string.h>

#include "conf/values.h"
#include "import/directives.h"
#include "import/hole.h"
#include "import/launch.h"
#include "import/overrule.h"
#include "import/unit.h"
#include "wire/execline.h"

/* ---- the command ---- */

/* Length of the variable at C, which is a $: "${X}", "$X"; 0 when it is none. systemd.service(5) replaces the second only
 * where it is a word of its own. Within a word, it is what a here-document or a hopeful author left: not known either. */
static size_t
length_of_variable(const char *c)
{
	size_t n = strspn(c + 1, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789");

	if (c[1] == '{') {
		n = strcspn(c, "}");
		return c[n] == '}' ? n + 1 : 0;
	}
	return n > 0 ? n + 1 : 0;
}

/* WORD with its variables as holes; $$ is $. */
static const char *
mark_variables(struct arena *arena, const char *word)
{
	char *marked = arena_alloc(arena, 2 * strlen(word) + 1), *to = marked;

	if (marked == NULL)
		return "";
	while (*word != '\0') {
		size_t n = 0;

		if (*word == HOLE_OPEN) {
			n = strcspn(word, (char[]){ HOLE_CLOSE, '\0' });
			memcpy(to, word, n);
			to += n;
			word += n;
			continue;
		}
		if (word[0] == '$' && word[1] == '$')
			word++;
		else if (word[0] == '$')
			n = length_of_variable(word);
		if (n == 0) {
			*to++ = *word++;
			continue;
		}
		*to++ = HOLE_OPEN;
		memcpy(to, word, n);
		to += n;
		*to++ = HOLE_CLOSE;
		word += n;
	}
	*to = '\0';
	return marked;
}

static const struct {
	char prefix;
	enum fate fate;
	const char *reason;
} prefixes[] = {
	{ '-', FATE_LOST,
		"an end that systemd takes for success is a failure here, which restart and what requires the service see: "
		"success_exit_status names those that are none" },
	{ '@', FATE_LOST, "a name for argv[0] is not given: the process is called by its command" },
	{ ':', FATE_IMPLIED, "Bridle replaces no variables" },
	{ '+', FATE_LOST, "the command runs as user, not with all privileges" },
	{ '!', FATE_LOST, "the command runs as user, not with all privileges" },
	{ '|', FATE_LOST, "no login shell is started for the command: what its profile sets is not set" },
};

/* With Restart=always, it is started again whatever its end was taken for. */
static bool
is_in_vain(const struct translation *t, char prefix)
{
	return prefix == '-' && strcmp(value_in_effect(t->import, t->unit, "Service", "Restart"), "always") == 0;
}

/* systemd.service(5): a path is absolute, and no variable; "sh", a name, is looked for. */
static void
check_path(const struct launch *l, const char *word)
{
	bool is_ours = word[0] == HOLE_OPEN && word[1] != '$'; /* to be filled in: it may be absolute then */

	if (word[0] != '/' && !is_ours && strchr(word, '/') != NULL)
		conf_complain(l->import->report, CONF_WARNING, l->entry->file, l->entry->line,
			"%s: the path of its command is not absolute: systemd refuses the unit", l->entry->directive);
}

/* A lone ";" parts commands, of which only Type=oneshot may have several. */
static void
launch_line(struct launch *l, const char *line, const char *written)
{
	struct wordlist words = { .arena = l->import->arena };
	char *word = arena_alloc(words.arena, strlen(line) + 1);
	enum word_step step = WORD_END;
	struct err err;

	while (word != NULL && (step = execline_next(&line, word, &err)) == WORD_TAKEN)
		if (strchr(written, '@') == NULL || words.count != 1 || strchr(written, '#') != NULL)
			wordlist_add(&words,
				strchr(written, ':') != NULL ? arena_copy_string(words.arena, word) :
							       mark_variables(words.arena, word));
		else
			written = "#"; /* argv[0], once */
	if (step == WORD_BAD)
		import_broken(l->import, l->entry, arena_printf(words.arena, "%s: systemd refuses the unit", err.text));
	else {
		if (words.count > 0)
			check_path(l, words.at[0]);
		launch_words(l, (struct conf_words){ .at = words.at, .count = words.count });
	}
}

void
translate_exec_start(struct translation *t)
{
	struct launch l = { .import = t->import, .draft = t->draft, .entry = t->entry };
	const char *line = t->value;
	char written[8];

	l.has_socket = unit_has_socket(t->import, t->draft);
	execline_prefixes(&line, written);
	for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
		bool in_vain = is_in_vain(t, prefixes[i].prefix);

		if (strchr(written, prefixes[i].prefix) != NULL)
			launch_part(&l, arena_copy(t->import->arena, &prefixes[i].prefix, 1), "",
				in_vain ? FATE_MEANINGLESS : prefixes[i].fate, "",
				in_vain ? "it is started again after any end" : prefixes[i].reason);
	}
	launch_line(&l, line, written);
}

/* ---- lines ---- */

static void
settle_unknown(struct import *im, struct ledger_entry *entry)
{
	const struct directive *meant = directive_meant(entry->section, entry->directive);
	const char *stem = strncmp(entry->section, "X-", 2) == 0 || strncmp(entry->directive, "X-", 2) == 0 ? "X-" : "";

	if (strcmp(entry->section, "Timer") == 0)
		ledger_settle(&im->ledger, entry, FATE_LOST, "",
			"Bridle has no timers: autostart = no, and let cron run: bridle start NAME");
	else if (strcmp(entry->section, "Path") == 0)
		ledger_settle(&im->ledger, entry, FATE_LOST, "", "nobody looks whether that path changes");
	else if (stem[0] != '\0')
		ledger_settle(&im->ledger, entry, FATE_MEANINGLESS, "", "X- marks what is not for systemd");
	else if (strpbrk(entry->directive, "_-") != NULL)
		ledger_settle(&im->ledger, entry, FATE_MEANINGLESS, "",
			"no directive is called so, and systemd passes over it: was it "
			"meant for Environment=?");
	else if (meant != NULL)
		ledger_settle(&im->ledger, entry, FATE_MEANINGLESS, "",
			"systemd does not know it and passes over it: was %s= "
			"meant?",
			meant->name);
	else if (directive_find("Service", entry->directive) != NULL && strcmp(entry->section, "Socket") == 0)
		ledger_settle(&im->ledger, entry, FATE_MEANINGLESS, "",
			"in [Socket] it is for commands of the socket unit, not "
			"for the socket (SocketUser=, SocketGroup= are)");
	else if (directive_find("Unit", entry->directive) != NULL ||
		directive_find("Service", entry->directive) != NULL ||
		directive_find("Install", entry->directive) != NULL)
		ledger_settle(&im->ledger, entry, FATE_MEANINGLESS, "",
			"it does not belong into [%s]: systemd passes over it", entry->section);
	else
		ledger_settle(&im->ledger, entry, FATE_LOST, "",
			"bridle import does not know it: if systemd does, what it gives is "
			"not carried over");
}

static void
translate_line(struct import *im, const struct unit *unit, const struct unit_line *line, const struct directive *d)
{
	struct translation t = translation_of(im, unit, line, d);
	const struct unit_line *later = overruler(im, unit, line);

	if (later != NULL) {
		bool is_called_so = strcmp(later->entry->directive, line->entry->directive) == 0;

		ledger_settle(&im->ledger, line->entry, FATE_MEANINGLESS, "", "%s%sline %u of %s takes its place",
			is_called_so ? "" : later->entry->directive, is_called_so ? "" : "= of ", later->entry->line,
			later->entry->file);
		return;
	}
	/* of capabilities, an empty list is one, too */
	if (t.value[0] == '\0' && is_kept_by_empty(d))
		translate_pass_over(&t, "it is empty");
	else if (t.value[0] == '\0' && d->fate == FATE_KEPT && d->translate != translate_sandbox_list)
		translate_settle(&t, FATE_MEANINGLESS, "it only empties what stood before it");
	else
		d->translate(&t);
}

/* Some say what others are read by, so they go first: 0 the environment and the place, 1 the command, 2 the rest, 3 what
 * depends on that. */
enum { STAGES = 4 };

static unsigned
stage_of(const struct directive *d)
{
	static const translator early[] = { translate_environment, translate_environment_file, translate_directory,
		translate_account };

	/* whose a socket is, only a Gunicorn can be told */
	for (size_t i = 0; d != NULL && strcmp(d->section, "Socket") != 0 && i < sizeof early / sizeof early[0]; i++)
		if (d->translate == early[i])
			return 0;
	if (d != NULL && (d->translate == translate_socket_directory || strcmp(d->name, "PartOf") == 0))
		return 3;
	return d != NULL && d->translate == translate_exec_start ? 1 : 2;
}

/* Whether LINE, a command, is not the one that is run; settles it then, but for those before the last of a Type=oneshot,
 * which are run before it. An empty one takes those before it away; without it, a second one is an error but of
 * Type=oneshot. */
static bool
settle_command(struct import *im, const struct unit *unit, const struct unit_line *line)
{
	const struct unit_line *reset = overruler(im, unit, line), *earlier = line->same;
	const struct unit_line *last = unit->said[directive_number(line->directive)].last;
	bool is_oneshot = strcmp(value_in_effect(im, unit, "Service", "Type"), "oneshot") == 0;

	if (line->value[0] == '\0')
		return false;
	if (reset != NULL)
		ledger_settle(&im->ledger, line->entry, FATE_MEANINGLESS, "", "line %u of %s takes it away",
			reset->entry->line, reset->entry->file);
	else if (earlier != NULL && earlier->value[0] != '\0' && !is_oneshot)
		import_broken(im, line->entry,
			unit->has_statements ?
				"a second command: which of them is meant its template decides: import what comes out of it" :
				"a second command: systemd refuses the unit (an empty ExecStart= before it takes "
				"the first one away)");
	else
		return is_oneshot && line != last;
	return true;
}

static void
translate_stage(struct import *im, const struct unit *unit, unsigned stage)
{
	for (const struct unit_line *line = unit->first; line != NULL; line = line->next) {
		const struct directive *d = line->directive;

		if (line->entry->fate != FATE_OPEN)
			continue;
		/* all but the last command of a oneshot: behind those of ExecStartPre= */
		if (stage == 3 && stage_of(d) == 1)
			translate_line(im, unit, line, directive_find("Service", "ExecStartPre"));
		if (stage_of(d) != stage)
			continue;
		if (d == NULL)
			settle_unknown(im, line->entry);
		else if (stage != 1 || !settle_command(im, unit, line))
			translate_line(im, unit, line, d);
	}
}

/* ---- which draft a unit becomes, or joins ---- */

static void
make_drafts(struct import *im)
{
	for (struct unit *u = im->units; u != NULL; u = u->next)
		if (!u->is_socket) {
			u->draft = import_draft(im, CONF_GUNICORN, u->name);
			if (u->draft != NULL && !u->is_users) /* systemd.exec(5), WorkingDirectory= */
				u->draft->directory = "/";
		}
	for (struct unit *u = im->units; u != NULL; u = u->next) {
		struct unit *service = u->is_socket ? unit_service_of(im, u) : NULL;

		if (service != NULL)
			u->draft = service->draft;
		else if (u->is_socket) /* a draft of its own, whose application is to be filled in */
			u->draft = import_draft(im, CONF_GUNICORN, u->name);
	}
}

/* Complain of UNIT when it has no command, as systemd does. Of drop-ins alone nobody knows what their unit has, what is run
 * once may have but commands around it, and a line that was too long may have been it. */
static void
expect_command(struct import *im, const struct unit *unit)
{
	const struct ledger_entry *elsewhere = NULL, *here = NULL;
	bool has_command = false;

	for (const struct unit_line *line = unit->first; line != NULL; line = line->next) {
		const char *directive = line->entry->directive;
		bool is_here = strcmp(line->entry->section, "Service") == 0;

		if (strcmp(directive, "ExecStart") != 0)
			continue;
		*(is_here ? &here : &elsewhere) = line->entry;
		has_command = is_here ? line->value[0] != '\0' : has_command;
	}
	if (has_command || unit->file == NULL || unit->has_statements || unit->is_short ||
		strcmp(value_in_effect(im, unit, "Service", "Type"), "oneshot") == 0)
		return;
	if (here != NULL)
		conf_complain(im->report, CONF_ERROR, here->file, here->line,
			"ExecStart= is empty, so that there is no command: systemd refuses the unit");
	else if (elsewhere != NULL)
		conf_complain(im->report, CONF_ERROR, elsewhere->file, elsewhere->line,
			"ExecStart= counts in [Service] only, where there is none: systemd refuses the unit");
	else if (unit_has_section(unit, "Timer") || unit_has_section(unit, "Path"))
		conf_complain(im->report, CONF_ERROR, unit->file, 0, "not a service: name its .service before it");
	else
		conf_complain(im->report, CONF_ERROR, unit->file, 0,
			"no ExecStart= in [Service]: systemd refuses the unit (a drop-in is called NAME.service.d/x.conf, and "
			"given behind its unit)");
}

/* A service that names no command cannot be printed as one that has: say so where it would have stood. A socket unit that
 * joins no service is one, too. */
static void
check_command(struct import *im, const struct unit *unit)
{
	struct draft *d = unit->draft;
	struct err err;

	if (!unit->is_socket)
		expect_command(im, unit);
	if ((unit->is_socket && unit_service_of(im, unit) != NULL) || draft_has(d, KEY_app) ||
		draft_has(d, KEY_command) || draft_has(d, KEY_config) || draft_has(d, KEY_paste))
		return;
	if (!unit->is_socket) {
		wordlist_add(&d->hints,
			"No command that can be carried over: of a drop-in, name its unit before it, or fill in app.");
		return;
	}
	wordlist_add(&d->hints,
		"The service of this socket was not given: name its file beside this one, or fill in app.");
	draft_set(d, KEY_app, arena_printf(im->arena, "%capp%c", HOLE_OPEN, HOLE_CLOSE), "", &err);
}

void
systemd_translate(struct import *im)
{
	unit_finish_dropins(im);
	make_drafts(im);
	for (unsigned stage = 0; stage < STAGES; stage++) {
		for (const struct unit *u = im->units; u != NULL; u = u->next) {
			if (u->draft == NULL)
				continue;
			if (stage == 2)
				check_command(im, u);
			if (stage == 3)
				unit_carry(im, u);
			translate_stage(im, u, stage);
		}
	}
}
