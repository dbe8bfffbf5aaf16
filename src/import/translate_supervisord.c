/*
 * What only supervisord says, or says in words of its own.
 */
#include "import/translate.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "import/directives.h"
#include "import/hole.h"
#include "wire/execline.h"

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

/* Length of a placeholder at C that stands for pairs, and not within one; 0 when it does not. */
static size_t
length_of_lone_hole(const char *c)
{
	size_t n = strcspn(c, (char[]){ HOLE_CLOSE, '\0' });

	return *c == HOLE_OPEN && c[n] == HOLE_CLOSE && strchr(", \t\n", c[n + 1]) != NULL ? n + 1 : 0;
}

/* What is to be said of a list of pairs: what was lost of it, and what is to be filled in. */
struct remarks {
	struct arena *arena;
	const char *lost, *note;
};

static const char *
one_more(const char *remarks)
{
	return remarks[0] != '\0' ? "; " : "";
}

static void
take_hole(struct remarks *r, const char *c, size_t n)
{
	r->lost = arena_printf(r->arena, "%s%s%.*s: which variables it stands for is not known here", r->lost,
		one_more(r->lost), (int)n - 2, c + 1);
}

/* The pair of N bytes of name at C, and VALUE. */
static void
take_pair(struct translation *t, struct remarks *r, const char *c, size_t n, const char *value)
{
	const char *word;
	struct err err;

	while (n > 0 && strchr(" \t\n", c[n - 1]) != NULL)
		n--;
	word = arena_printf(r->arena, "%.*s=%s", (int)n, c, value);
	if (!translate_assign(t, word, &err))
		r->lost = arena_printf(r->arena, "%s%s%.*s: %s", r->lost, one_more(r->lost), (int)n, c, err.text);
	else if (hole_is_in(word))
		r->note = arena_printf(r->arena, "%s%sfill in: %s", r->note, one_more(r->note), hole_list(r->arena, word));
}

/* False: it is no such list. */
static bool
take_pairs(struct translation *t, struct remarks *r)
{
	char *value = arena_alloc(r->arena, strlen(t->value) + 1);
	const char *c = t->value;

	while (value != NULL && *(c += strspn(c, ", \t\n")) != '\0') {
		size_t n = strcspn(c, "=,"), hole = length_of_lone_hole(c);
		const char *after = c[n] == '=' ? take_pair_value(c + n + 1, value) : NULL;

		if (hole > 0) {
			take_hole(r, c, hole);
			c += hole;
			continue;
		}
		if (after == NULL)
			return false;
		take_pair(t, r, c, n, value);
		c = after;
	}
	return true;
}

void
translate_pairs(struct translation *t)
{
	struct remarks r = { .arena = t->import->arena, .lost = "", .note = "" };
	struct ledger *ledger = &t->import->ledger;

	if (hole_has_statement(t->value))
		translate_settle(t, FATE_LOST, hole_of_template);
	else if (!take_pairs(t, &r))
		import_broken(t->import, t->entry, "not a list of NAME=\"value\",NAME=\"value\": supervisord refuses it");
	else if (r.lost[0] != '\0')
		ledger_settle(ledger, t->entry, FATE_LOST, draft_has(t->draft, KEY_environment) ? "environment" : "", "%s",
			r.lost);
	else
		ledger_settle(ledger, t->entry, FATE_KEPT, "environment", "%s", r.note);
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
translate_redirect(struct translation *t)
{
	if (is_yes(t->value))
		translate_as_listed(t);
	else
		translate_settle(t, FATE_LOST, "there is one log: standard error goes where standard output does");
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

/* "0,2" */
void
translate_exitcodes(struct translation *t)
{
	if (strcmp(t->value, "0") == 0)
		translate_settle(t, FATE_IMPLIED, "0 is the deliberate exit status");
	else
		translate_copy(t);
}

/* So many more starts after the first one that failed (supervisor/process.py): 0 is one start, where ours is without end. */
void
translate_startretries(struct translation *t)
{
	int64_t n;

	if (text_parse_int(t->value, 0, UINT32_MAX, &n))
		t->value = arena_printf(t->import->arena, "%" PRId64, n + 1);
	translate_number(t);
}

void
translate_startsecs(struct translation *t)
{
	if (t->draft->kind == CONF_PROGRAM)
		translate_settle(t, FATE_IMPLIED, "failures are forgotten when it has run for restart_reset");
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
