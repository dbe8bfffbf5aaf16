/*
 * Starting, ending and restarting; who a service is and where is in translate_place.c.
 */
#include "import/translate.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "import/directives.h"
#include "import/hole.h"
#include "import/overrule.h"
#include "import/unit.h"
#include "wire/execline.h"

void
translate_settle(struct translation *t, enum fate fate, const char *reason)
{
	ledger_settle(&t->import->ledger, t->entry, fate, "", "%s", reason);
}

void
translate_pass_over(struct translation *t, const char *why)
{
	const char *manager = t->unit != NULL ? "systemd" : "supervisord";

	ledger_settle(&t->import->ledger, t->entry, FATE_MEANINGLESS, "", "%s: %s passes over it", why, manager);
	conf_complain(t->import->report, CONF_WARNING, t->entry->file, t->entry->line, "%s: %s: %s passes over it",
		t->entry->directive, why, manager);
	t->is_passed_over = true;
}

void
translate_as_listed(struct translation *t)
{
	if (t->value[0] == '\0' && t->directive->fate != FATE_KEPT)
		translate_settle(t, FATE_MEANINGLESS, "it only empties what stood before it");
	else
		translate_settle(t, t->directive->fate, t->directive->reason);
}

void
translate_none(struct translation *t)
{
	translate_as_listed(t);
}

void
translate_set(struct translation *t, enum key_id key, const char *value, const char *note)
{
	struct err err;

	if (!draft_set(t->draft, key, value, note, &err))
		ledger_settle(&t->import->ledger, t->entry, FATE_LOST, "", "%s", err.text);
	else if (hole_is_in(value))
		ledger_settle(&t->import->ledger, t->entry, FATE_KEPT, conf_keys[key].name, "%s%sfill in: %s", note,
			note[0] != '\0' ? "; " : "", hole_list(t->import->arena, value));
	else
		ledger_settle(&t->import->ledger, t->entry, FATE_KEPT, conf_keys[key].name, "%s", note);
}

enum key_id
translate_key(const struct translation *t)
{
	return key_id(key_find(t->directive->key));
}

void
translate_copy(struct translation *t)
{
	translate_set(t, translate_key(t), t->value, t->directive->reason);
}

void
translate_title(struct translation *t)
{
	if (t->unit == NULL || !t->unit->is_socket)
		t->draft->title = hole_show(t->import->arena, t->value);
	translate_as_listed(t);
}

/* ---- words that mean something ---- */

/* What a value means. The first row that fits counts; "" is for what systemd does not know. */
struct meaning {
	const char *value;
	enum fate fate;
	const char *reason;
};

static void
settle_by(struct translation *t, const struct meaning *meanings)
{
	if (t->value[0] == '\0') {
		translate_settle(t, FATE_MEANINGLESS, "it is empty");
		return;
	}
	while (meanings->value[0] != '\0' && strcasecmp(meanings->value, t->value) != 0)
		meanings++;
	if (meanings->value[0] == '\0' && !hole_is_in(t->value))
		translate_pass_over(t, meanings->reason);
	else
		translate_settle(t, meanings->fate, meanings->reason);
}

bool
translate_is_off(const char *value)
{
	static const char *const words[] = { "no", "false", "off", "0", "n", "f", "default", "inherit", "none", "all",
		"auto", "infinity" };

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcasecmp(value, words[i]) == 0)
			return true;
	return false;
}

/* A protection that is off is not lost. */
void
translate_guard(struct translation *t)
{
	if (translate_is_off(t->value))
		translate_settle(t, FATE_MEANINGLESS, "it is off, as here");
	else
		translate_as_listed(t);
}

void
translate_start_action(struct translation *t)
{
	translate_guard(t);
}

void
translate_type(struct translation *t)
{
	static const struct meaning meanings[] = {
		{ "simple", FATE_IMPLIED, "Bridle is the parent of the master" },
		{ "exec", FATE_IMPLIED, "Bridle is the parent of the master, and sees when it cannot be executed" },
		{ "idle", FATE_IMPLIED, "Bridle is the parent of the master" },
		{ "notify", FATE_IMPLIED,
			"readiness is seen from outside, by the workers' heartbeats; Gunicorn's own "
			"notification comes before any worker has loaded the application" },
		{ "notify-reload", FATE_IMPLIED, "readiness is seen from outside, by the workers' heartbeats" },
		{ "forking", FATE_IMPLIED, "the master stays in the foreground, with Bridle as its parent" },
		{ "oneshot", FATE_LOST,
			"a command that ends is started again: write restart = never for one that does its "
			"work once" },
		{ "dbus", FATE_LOST, "nobody waits for a name on the bus" },
		{ "", FATE_MEANINGLESS, "not a type of a service" },
	};

	if (strncmp(t->value, "notify", 6) == 0 && t->draft->kind == CONF_PROGRAM)
		translate_set(t, KEY_type, "notify", "");
	else if (strcmp(t->value, "oneshot") == 0 && t->draft->kind == CONF_PROGRAM)
		translate_set(t, KEY_type, "oneshot", "");
	else if (strcmp(t->value, "forking") == 0 && t->draft->kind == CONF_PROGRAM)
		translate_settle(t, FATE_LOST,
			"a command that goes to the background looks as if it had ended, and what it "
			"left behind is ended: make it stay in the foreground");
	else
		settle_by(t, meanings);
}

static const struct {
	const char *value, *key, *note;
} restarts[] = {
	{ "no", "never", "" },
	{ "always", "always", "" },
	{ "on-failure", "on-failure", "" },
	{ "on-abnormal", "on-failure", "also after an exit status other than 0" },
	{ "on-abort", "on-failure", "also after an exit status other than 0" },
	{ "on-watchdog", "on-failure", "also after an exit status other than 0, and after a signal" },
	{ "on-success", "always", "also after a failure" },
};

void
translate_restart(struct translation *t)
{
	for (size_t i = 0; i < sizeof restarts / sizeof restarts[0]; i++)
		if (strcmp(restarts[i].value, t->value) == 0) {
			translate_set(t, KEY_restart, restarts[i].key, restarts[i].note);
			return;
		}
	if (hole_is_in(t->value))
		translate_set(t, KEY_restart, t->value, "");
	else
		translate_pass_over(t, "not a word of Restart=");
}

void
translate_kill_mode(struct translation *t)
{
	static const struct meaning meanings[] = {
		{ "mixed", FATE_IMPLIED, "TERM goes to the master, KILL in the end to whatever is left" },
		{ "control-group", FATE_IMPLIED,
			"TERM goes to the master, which tells its workers; KILL in the end to whatever "
			"is left" },
		{ "process", FATE_LOST,
			"what the service left behind is ended too: nothing of a stopped service stays alive" },
		{ "none", FATE_LOST, "the service is ended when it is stopped: nothing of it stays alive" },
		{ "", FATE_MEANINGLESS, "not a word of KillMode=" },
	};

	settle_by(t, meanings);
}

/* NAME with or without SIG, in any case. */
static bool
is_signal(const char *value, const char *name)
{
	return strcasecmp(strncasecmp(value, "SIG", 3) == 0 ? value + 3 : value, name) == 0;
}

static const char no_quick_stop[] =
	"a stop begins with TERM: workers finish their requests first, for graceful_timeout, "
	"instead of being cut off";

void
translate_kill_signal(struct translation *t)
{
	if (is_signal(t->value, "TERM") || strcmp(t->value, "15") == 0)
		translate_settle(t, FATE_IMPLIED, "a stop begins with TERM");
	else if (t->value[0] == '\0')
		translate_as_listed(t);
	else if (t->draft->kind == CONF_GUNICORN)
		translate_settle(t, FATE_LOST, no_quick_stop);
	else
		translate_set(t, KEY_kill_signal, t->value, "");
}

/* What is sent in the place of KillSignal= when the service is restarted. */
void
translate_restart_kill_signal(struct translation *t)
{
	if (t->draft->kind == CONF_PROGRAM && t->value[0] != '\0')
		translate_settle(t, FATE_LOST, "a restart sends kill_signal, as a stop does");
	else
		translate_kill_signal(t);
}

void
translate_reload_signal(struct translation *t)
{
	if (t->draft->kind == CONF_PROGRAM && t->value[0] != '\0') {
		translate_set(t, KEY_reload_signal, t->value, "");
		return;
	}
	translate_settle(t, is_signal(t->value, "HUP") ? FATE_IMPLIED : FATE_LOST,
		"bridle reload NAME replaces the service (or sends HUP: reload_by = hup)");
}

void
translate_send_kill(struct translation *t)
{
	if (translate_is_off(t->value))
		translate_settle(t, FATE_LOST, "whatever is left at stop_timeout is killed");
	else
		translate_as_listed(t);
}

/* ---- commands that Bridle has words of its own for ---- */

/* Which signal "kill -s HUP $MAINPID", "kill -HUP $MAINPID" and the like send; NULL when LINE is another command. */
static const char *
signal_sent(struct arena *arena, const char *line)
{
	const char *rest = line, *signal = "TERM", *slash;
	char prefixes[8], *word = arena_alloc(arena, strlen(line) + 1);
	bool to_master = false, is_kill = false;
	enum word_step step;

	if (word == NULL)
		return NULL;
	execline_prefixes(&rest, prefixes);
	for (unsigned i = 0; (step = execline_next(&rest, word, NULL)) == WORD_TAKEN; i++) {
		slash = strrchr(word, '/');
		if (i == 0)
			is_kill = strcmp(slash != NULL ? slash + 1 : word, "kill") == 0;
		else if (strstr(word, "MAINPID") != NULL || strstr(word, "cat ") != NULL)
			to_master = true;
		else if (word[0] == '-' && strcmp(word, "-s") != 0 && strcmp(word, "-n") != 0 &&
			strcmp(word, "--") != 0)
			signal = arena_copy_string(arena, word + 1);
		else if (word[0] != '-')
			signal = arena_copy_string(arena, word);
	}
	return is_kill && to_master && step == WORD_END ? signal : NULL;
}

void
translate_exec_reload(struct translation *t)
{
	const char *signal = signal_sent(t->import->arena, t->entry->value);

	if (t->value[0] == '\0')
		translate_settle(t, FATE_MEANINGLESS, "it only empties what stood before it");
	else if (signal != NULL && t->draft->kind == CONF_PROGRAM)
		translate_set(t, KEY_reload_signal, signal, "bridle reload NAME sends it");
	else if (signal != NULL && (is_signal(signal, "HUP") || strcmp(signal, "1") == 0))
		translate_settle(t, FATE_IMPLIED,
			"bridle reload NAME: a new generation beside the old one; reload_by = hup "
			"sends HUP instead");
	else if (signal != NULL && is_signal(signal, "USR2"))
		translate_settle(t, FATE_IMPLIED, "bridle restart NAME: a new generation beside the old one");
	else
		translate_settle(t, FATE_LOST,
			"this command is not run: bridle reload NAME replaces the service (or sends HUP: "
			"reload_by = hup)");
}

void
translate_exec_stop(struct translation *t)
{
	const char *signal = signal_sent(t->import->arena, t->entry->value);

	if (t->value[0] == '\0')
		translate_settle(t, FATE_MEANINGLESS, "it only empties what stood before it");
	else if (signal != NULL && (is_signal(signal, "TERM") || strcmp(signal, "15") == 0))
		translate_settle(t, FATE_IMPLIED, "a stop begins with TERM to the master");
	else if (signal != NULL && t->draft->kind == CONF_PROGRAM)
		translate_set(t, KEY_kill_signal, signal, "");
	else if (signal != NULL)
		translate_settle(t, FATE_LOST, no_quick_stop);
	else
		translate_settle(t, FATE_LOST,
			"this command is not run: a stop is TERM to the master, then KILL to whatever is "
			"left at stop_timeout");
}

void
translate_oom_policy(struct translation *t)
{
	if (strcmp(t->value, "continue") == 0)
		translate_settle(t, FATE_IMPLIED,
			"a worker that is killed does not end the service: its master replaces it");
	else if ((strcmp(t->value, "stop") == 0 || strcmp(t->value, "kill") == 0) &&
		strcmp(value_in_effect(t->import, t->unit, "Service", "Restart"), "no") == 0)
		translate_set(t, KEY_oom_policy, "stop", "systemd ends all of it, and Restart=no lets it be");
	else if (strcmp(t->value, "stop") == 0 || strcmp(t->value, "kill") == 0)
		translate_set(t, KEY_oom_policy, "restart", "systemd ends all of it, and Restart= starts it again");
	else if (t->value[0] == '\0' || hole_is_in(t->value))
		translate_as_listed(t);
	else
		translate_pass_over(t, "not continue, stop or kill");
}
