/*
 * options -- Gunicorn's command line, as argparse reads it: options anywhere, "--flag value", "--flag=value", "-w4",
 * "-w 4", letters without a value together, flags cut short as long as they are unique; the first word that is none is
 * the application.
 */
#include "import/launch.h"

#include <stdlib.h>
#include <string.h>

#include "conf/values.h"
#include "import/hole.h"
#include "import/option.h"
#include "wire/execline.h"

/* A command line being read. */
struct reading {
	struct launch *launch;
	const char *const *at;
	uint32_t count, next;
	uint64_t given[(KEY_COUNT + 63) / 64]; /* keys that were set by an option: the last one counts */
};

/* An address that a socket unit gives is the one that counts: with LISTEN_FDS, Gunicorn does not look at its own
 * (arbiter.py, start). */
static bool
is_overruled(const struct launch *l, const struct option *o)
{
	return o->how == HOW_bind && l->has_socket;
}

static void
settle_value(struct reading *r, const struct option *o, const char *shown, const char *value)
{
	struct launch *l = r->launch;
	const char *text = option_text(l, o, value), *reason = o->reason;
	uint64_t bit = 1ULL << (o->key % 64);
	bool repeated = (r->given[o->key / 64] & bit) != 0, joined = key_places[o->key].kind->joined;

	if (repeated && !joined)
		reason = arena_printf(l->import->arena, "%s%sgiven more than once: the last one counts", reason,
			reason[0] != '\0' ? "; " : "");
	/* an option is stronger than what a unit or an earlier line said */
	if (!repeated && joined && o->how == HOW_bind)
		draft_unset(l->draft, KEY_bind);
	r->given[o->key / 64] |= bit;
	if (o->key == KEY_workers && strstr(value, "nproc") != NULL)
		wordlist_add(&l->draft->hints, "workers = auto is 2 x usable CPUs + 1.");
	if (text[0] == '\0')
		launch_part(l, shown, value, FATE_MEANINGLESS, "", "it is empty");
	else
		launch_set(l, shown, value, o->key, text, reason);
	if (o->how == HOW_mode && !l->has_socket && !hole_is_in(text))
		l->draft->listener_umask = (unsigned)strtoul(text, NULL, 8);
}

static void
settle(struct reading *r, const struct option *o, const char *shown, const char *value)
{
	struct launch *l = r->launch;

	if (is_overruled(l, o))
		launch_part(l, shown, value, FATE_MEANINGLESS, "",
			"the socket unit gives the addresses, and Gunicorn does not "
			"look at its own then");
	else if (o->how == HOW_implied || o->how == HOW_implied_value)
		launch_part(l, shown, value, FATE_IMPLIED, "", o->reason);
	else if (o->how == HOW_lost)
		launch_part(l, shown, value, FATE_LOST, "", o->reason);
	else if (o->how == HOW_bind && strncmp(value, "fd:", 3) == 0)
		launch_part(l, shown, value, FATE_IMPLIED, "", "Bridle hands its listeners over");
	else
		settle_value(r, o, shown, value);
}

/* ---- words ---- */

/* Numbers are values even with a minus; so is a lone minus (argparse, _negative_number_matcher). */
static bool
looks_like_option(const char *word)
{
	return word[0] == '-' && word[1] != '\0' && !(word[1] >= '0' && word[1] <= '9');
}

/* The value of O: ATTACHED, or the next word. Settles O as lost when there is none. */
static void
take_value(struct reading *r, const struct option *o, const char *shown, const char *attached)
{
	static const char *const modes[] = { "v1", "v2", "auto", "off", "true", "false" };
	const char *next = r->next < r->count ? r->at[r->next] : NULL;

	if (option_is_kind(o, "optional") && attached == NULL) {
		attached = "yes";
		for (size_t i = 0; next != NULL && i < sizeof modes / sizeof modes[0]; i++)
			if (strcmp(next, modes[i]) == 0) {
				attached = next;
				r->next++;
				break;
			}
	}
	if (attached == NULL && option_takes_value(o) && next != NULL && !looks_like_option(next)) {
		attached = next;
		r->next++;
	}
	if (attached == NULL && option_takes_value(o))
		launch_part(r->launch, shown, "", FATE_LOST, "", "Gunicorn refuses it: it needs a value");
	else
		settle(r, o, shown, attached != NULL ? attached : "");
}

/* An option that no version up to 27.0.1 has is handed on as it is. */
static void
take_unknown(struct reading *r, const char *word)
{
	launch_set(r->launch, word, "", KEY_args, draft_quote(r->launch->import->arena, word),
		"an option that Bridle does not know: handed on as it is");
}

static void
take_long(struct reading *r, const char *word)
{
	size_t n = strcspn(word, "=");
	struct option o = { .key = KEY_config };

	if (option_find_long(word, n, &o))
		take_value(r, &o, arena_copy(r->launch->import->arena, word, n), word[n] == '=' ? word + n + 1 : NULL);
	else
		take_unknown(r, word);
}

static void
take_letters(struct reading *r, const char *word)
{
	struct arena *arena = r->launch->import->arena;
	struct option o;

	for (const char *c = word + 1; *c != '\0'; c++) {
		const char *rest = c[1] == '=' ? c + 2 : c + 1;

		if (!option_find_letter(*c, &o)) {
			take_unknown(r, arena_printf(arena, "-%s", c));
			return;
		}
		if (option_takes_value(&o)) {
			take_value(r, &o, arena_printf(arena, "-%c", *c), rest[0] != '\0' ? rest : NULL);
			return;
		}
		settle(r, &o, arena_printf(arena, "-%c", *c), "");
	}
}

/* Whether WORD is a variable that most likely holds more than an application: by its name, or because there is one already. */
static bool
may_be_options(const struct launch *l, const char *word)
{
	const char *close = word[0] == HOLE_OPEN ? strchr(word, HOLE_CLOSE) : NULL;

	return close != NULL && close[1] == '\0' &&
		(draft_has(l->draft, KEY_app) || strstr(word, "OPT") != NULL || strstr(word, "ARGS") != NULL ||
			strcmp(word + 1, "$@\002") == 0 || strcmp(word + 1, "$*\002") == 0);
}

/* Whether WORD begins with a dash as word processors and web pages make one of a hyphen: U+2010 to U+2015, U+2212. */
static bool
has_false_hyphen(const char *word)
{
	return (strncmp(word, "\xe2\x80", 2) == 0 && word[2] >= '\x90' && word[2] <= '\x95') ||
		strncmp(word, "\xe2\x88\x92", 3) == 0;
}

static void
take_application(struct reading *r, const char *word)
{
	struct launch *l = r->launch;

	if (has_false_hyphen(word)) {
		launch_part(l, "", word, FATE_LOST, "", "no option: its dash is no hyphen");
		conf_complain(l->import->report, CONF_ERROR, l->entry->file, l->entry->line,
			"'%s' begins with a dash that is no hyphen: Gunicorn takes it for an application", word);
	} else if (word[0] == '\0')
		launch_part(l, "", word, FATE_LOST, "", "it is empty: Gunicorn refuses it");
	else if (may_be_options(l, word))
		launch_part(l, "", word, FATE_LOST, "",
			"options of Gunicorn that are not known here: write them as keys");
	else if (draft_has(l->draft, KEY_app))
		launch_part(l, "", word, FATE_MEANINGLESS, "", "Gunicorn looks at the first application only");
	else
		launch_set(l, "", word, KEY_app, word, "");
}

static void
take_word(struct reading *r)
{
	const char *word = r->at[r->next++];

	if (word[0] == '\n') {
		/* "\" at the end of a line of supervisord's command: shlex keeps the line feed */
		word += strspn(word, "\n \t");
		wordlist_add(&r->launch->draft->hints,
			"Supervisord hands options behind a \\ at the end of a line on with a line "
			"feed in front, so that Gunicorn did not see them. They are in effect now.");
	}
	if (strcmp(word, "--") == 0)
		while (r->next < r->count)
			take_application(r, r->at[r->next++]);
	else if (!looks_like_option(word))
		take_application(r, word);
	else if (word[1] == '-')
		take_long(r, word);
	else
		take_letters(r, word);
}

/* What Gunicorn would have taken from elsewhere, and Bridle decides. */
static void
say_what_differs(struct launch *l)
{
	static const char web[] = "WEB_CONCURRENCY=";
	struct draft *d = l->draft;
	struct err err;

	for (uint32_t i = 0; i < d->variables.count && !draft_has(d, KEY_workers); i++)
		if (strncmp(d->variables.at[i], web, sizeof web - 1) == 0)
			draft_set(d, KEY_workers, d->variables.at[i] + sizeof web - 1, "WEB_CONCURRENCY", &err);
	for (uint32_t i = 0; i < d->variables.count; i++)
		if (strncmp(d->variables.at[i], "GUNICORN_CMD_ARGS=", 18) == 0)
			wordlist_add(&d->hints,
				"Gunicorn reads GUNICORN_CMD_ARGS by itself; where that sets bind, workers, "
				"graceful_timeout "
				"or proc_name, write it here, for Bridle gives those, and they win.");
	if (draft_has(d, KEY_config) && !draft_has(d, KEY_workers))
		wordlist_add(&d->hints,
			"Bridle decides how many workers there are: where the file of config sets workers (or "
			"graceful_timeout), write that here, for 1 (and 30s) count otherwise.");
	if (!draft_has(d, KEY_bind) && !l->has_socket)
		wordlist_add(&d->hints,
			"No address is named, so Gunicorn opens one by itself (of its configuration file, of $PORT, "
			"or 127.0.0.1:8000). Bridle holds it, so that no connection is refused at a restart, when it "
			"is written "
			"here: bind = ...");
}

/* The words without the statements of a template among them. */
static struct wordlist
without_statements(struct launch *l, const char *const *at, uint32_t count)
{
	struct wordlist words = { .arena = l->import->arena };

	for (uint32_t i = 0; i < count; i++) {
		const char *taken, *word = hole_without_statements(words.arena, at[i], &taken);

		if (taken != NULL)
			launch_part(l, taken, "", FATE_LOST, "", hole_of_template);
		if (taken == NULL || word[0] != '\0')
			wordlist_add(&words, word);
	}
	return words;
}

void
options_take(struct launch *l, const char *const *at, uint32_t count)
{
	struct wordlist words = without_statements(l, at, count);
	struct reading r = { .launch = l, .at = words.at, .count = words.count };

	while (r.next < r.count)
		take_word(&r);
	say_what_differs(l);
}
