#include "import/print.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "wire/jsonw.h"

enum { WIDTH = 100 };

/* WORDS as comments, broken at blanks, each line behind INDENT. Nothing of a source gets out of its comment. */
static void
print_comment(FILE *out, const char *indent, const char *words)
{
	char visible[4096];
	struct text t;
	const char *c = visible;

	text_init(&t, visible, sizeof visible);
	text_add_visible(&t, words, strlen(words));
	do {
		size_t n = strlen(c), room = WIDTH - strlen(indent);

		if (n > room) {
			n = room;
			while (n > 0 && c[n] != ' ')
				n--;
			if (n == 0)
				n = strcspn(c, " ");
		}
		fprintf(out, "#%s%.*s\n", indent, (int)n, c);
		c += n;
		c += strspn(c, " ");
	} while (*c != '\0');
}

static void
print_setting(FILE *out, const struct draft_setting *s)
{
	if (s->note[0] != '\0')
		print_comment(out, " ", s->note);
	if (s->is_off) {
		char line[512];
		struct text t;

		text_init(&t, line, sizeof line);
		text_addf(&t, "%s = %s", conf_keys[s->key].name, s->value);
		print_comment(out, "", line);
	} else {
		fprintf(out, "%s = %s\n", conf_keys[s->key].name, s->value);
	}
}

/* In the order of the reference (keys.def), not of the source: two imports of the same service can be compared. */
static void
print_draft(FILE *out, const struct draft *d)
{
	fprintf(out, "\n[%s:%s]\n", d->kind == CONF_GUNICORN ? "gunicorn" : "program", d->name);
	if (d->title[0] != '\0')
		print_comment(out, " ", d->title);
	/* each once: hints of the same kind stand behind each other */
	for (uint32_t i = 0; i < d->hints.count; i++)
		if (i == 0 || strcmp(d->hints.at[i], d->hints.at[i - 1]) != 0)
			print_comment(out, " ", d->hints.at[i]);
	for (unsigned key = 0; key < KEY_COUNT; key++)
		for (const struct draft_setting *s = d->first; s != NULL; s = s->next)
			if (s->key == (enum key_id)key)
				print_setting(out, s);
	/* it would not read back without */
	if (d->kind == CONF_PROGRAM && !draft_says(d, KEY_command))
		fputs("command = FILL_IN_command\n", out);
	if (d->kind == CONF_GUNICORN && !draft_says(d, KEY_app) && !draft_says(d, KEY_args) &&
		!draft_says(d, KEY_config) && !draft_says(d, KEY_paste))
		fputs("app = FILL_IN_app\n", out);
}

static void
print_entry(FILE *out, const struct ledger_entry *e)
{
	const char *slash = strrchr(e->file, '/');
	char line[512];
	struct text t;

	text_init(&t, line, sizeof line);
	if (e->file[0] != '\0')
		text_addf(&t, "%s:%u ", slash != NULL ? slash + 1 : e->file, e->line);
	text_addf(&t, "%s%s", e->directive, e->value[0] != '\0' ? " = " : "");
	for (const char *c = e->value; *c != '\0'; c++)
		/* one blank for several: lines were joined, and are still indented */
		if (strchr(" \t\n", *c) == NULL || strchr(" \t\n", c[1]) == NULL)
			text_addn(&t, *c == '\n' ? " " : c, 1);
	if (t.cut)
		memcpy(line + sizeof line - 4, "...", 4);
	print_comment(out, " ", line);
	if (e->reason[0] != '\0')
		print_comment(out, "     ", e->reason);
}

static const struct {
	enum fate fate;
	const char *heading;
	/* What a person has to decide on comes first. */
} groups[] = {
	{ FATE_LOST, "Not carried over, and what that changes:" },
	{ FATE_IMPLIED, "Done by Bridle anyway:" },
	{ FATE_MEANINGLESS, "Without a meaning here:" },
	{ FATE_KEPT, "Kept, with something to say:" },
};

static void
print_group(FILE *out, const struct import *im, const struct draft *only, enum fate fate, const char *heading)
{
	bool begun = false;

	for (const struct ledger_entry *e = im->ledger.first; e != NULL; e = e->next) {
		if (e->fate != fate || (fate == FATE_KEPT && e->reason[0] == '\0') || !ledger_concerns(e, only))
			continue;
		if (!begun)
			fprintf(out, "\n# %s\n#\n", heading);
		begun = true;
		print_entry(out, e);
	}
}

/* Entries of a source stand behind each other; those of a drop-in for several units, behind each of these. */
static bool
is_named(const struct import *im, const struct draft *only, const struct ledger_entry *entry)
{
	const struct ledger_entry *e = im->ledger.first;

	while (e != entry && (e->source != entry->source || !ledger_concerns(e, only)))
		e = e->next;
	return e != entry;
}

static void
print_sources(FILE *out, const struct import *im, const struct draft *only)
{
	const char *last = NULL;
	char words[4096];
	struct text t;

	text_init(&t, words, sizeof words);
	for (const struct ledger_entry *e = im->ledger.first; e != NULL; e = e->next) {
		if (e->source == last || !ledger_concerns(e, only))
			continue;
		if (!is_named(im, only, e))
			text_addf(&t, "%s%s", last != NULL ? ", " : "From ", e->source);
		last = e->source;
	}
	print_comment(out, " ", words);
}

static void
print_head(FILE *out, const struct import *im, const struct draft *only)
{
	unsigned count[FATE_COUNT], all = 0;

	print_sources(out, im, only);
	for (unsigned fate = 0; fate < FATE_COUNT; fate++)
		all += count[fate] = ledger_count(&im->ledger, (enum fate)fate, only);
	fprintf(out,
		"# %u directive%s: %u kept, %u done by Bridle anyway, %u without a meaning here, %u not carried "
		"over.\n",
		all, all == 1 ? "" : "s", count[FATE_KEPT], count[FATE_IMPLIED], count[FATE_MEANINGLESS],
		count[FATE_LOST]);
}

void
import_print(FILE *out, const struct import *im, const struct draft *only)
{
	print_head(out, im, only);
	for (const struct draft *d = im->drafts; d != NULL; d = d->next)
		if (only == NULL || only == d)
			print_draft(out, d);
	for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++)
		print_group(out, im, only, groups[i].fate, groups[i].heading);
}

/* ---- for programs ---- */

static void
report_fate(struct jsonw *w, const struct ledger_entry *e)
{
	jsonw_key_string(w, "directive", e->directive);
	jsonw_key_string(w, "value", e->value);
	jsonw_key_string(w, "fate", fate_name(e->fate));
	jsonw_key_string(w, "key", e->key);
	jsonw_key_string(w, "reason", e->reason);
}

/* A directive may have come apart into several (a command line): each part has its fate, the whole the worst. */
static void
report_entry(struct jsonw *w, const struct ledger_entry *e)
{
	jsonw_object_open(w);
	jsonw_key_string(w, "file", e->file);
	jsonw_key_integer(w, "line", e->line);
	jsonw_key_string(w, "section", e->section);
	report_fate(w, e);
	if (e->parts != NULL) {
		jsonw_key(w, "parts");
		jsonw_array_open(w);
		for (const struct ledger_entry *part = e->parts; part != NULL; part = part->next) {
			jsonw_object_open(w);
			report_fate(w, part);
			jsonw_object_close(w);
		}
		jsonw_array_close(w);
	}
	jsonw_object_close(w);
}

bool
import_print_report(FILE *out, const struct import *im)
{
	fputs("[", out);
	for (const struct ledger_entry *e = im->ledger.first; e != NULL; e = e->next) {
		struct jsonw w;
		char *line;
		size_t length;

		jsonw_init(&w, 1 << 24);
		report_entry(&w, e);
		line = jsonw_take(&w, &length);
		/* out of memory: what was printed is cut off, and the caller says so */
		if (line == NULL)
			return false;
		fprintf(out, "%s\n%s", e == im->ledger.first ? "" : ",", line);
		free(line);
	}
	fputs("\n]\n", out);
	return true;
}
