/*
 * show.c -- a configuration as one file again, each setting with where it was written, so that it can be read back,
 * compared, or sent to somebody who asks. Secrets are left out unless asked for.
 */
#include "conf/show.h"

#include <string.h>

#include "conf/effective.h"

enum { LINE_SHOWN = 80 };

struct show {
	FILE *out;
	const struct conf *conf;
	struct arena *arena;
	bool all, secrets;
};

/* "# file:3, file:7": a list may have been written in several lines. */
static void
print_origin(const struct show *s, const struct conf_section *section, const struct conf_key *key)
{
	const char *between = "# ";

	for (uint32_t i = 0; i < section->count; i++) {
		const struct conf_setting *setting = &section->settings[i];

		if (setting->key != key) /* a key of a list may be among the settings several times */
			continue;
		fprintf(s->out, "%s%s:%u", between, s->conf->files[setting->file], setting->line);
		between = ", ";
	}
	fputs("\n", s->out);
}

/* What is handed on has no default of ours: Gunicorn's counts. */
static bool
is_default(const struct effective *e, unsigned key)
{
	return e->last[key] == NULL && conf_keys[key].flag == NULL && key_fits(&conf_keys[key], e->section->kind);
}

static size_t
longest_name(const struct show *s, const struct effective *e)
{
	size_t longest = 0;

	for (unsigned i = 0; i < KEY_COUNT; i++)
		if (e->last[i] != NULL || (s->all && is_default(e, i)))
			longest = strlen(conf_keys[i].name) > longest ? strlen(conf_keys[i].name) : longest;
	return longest;
}

/* What no file has (a [bridle] that nobody wrote) has no place. */
static void
print_heading(const struct show *s, const struct conf_section *section)
{
	static const char *const
		kinds[] = { [CONF_BRIDLE] = "bridle", [CONF_GUNICORN] = "gunicorn:", [CONF_PROGRAM] = "program:" };

	if (section->line > 0)
		fprintf(s->out, "# %s:%u\n", s->conf->files[section->file], section->line);
	fprintf(s->out, "[%s%s]\n", kinds[section->kind], section->name);
}

/* "name = value", a list that is long with a word a line: no line may be longer than CONF_LINE_MAX. */
static void
print_setting(const struct show *s, const struct effective *e, unsigned key, int width)
{
	const char *text = effective_text(e, key, " ", s->arena);
	char between[64];

	if (key_places[key].kind->secret && text[0] != '\0' && !s->secrets) {
		fprintf(s->out, "# %s: %s (values are not shown)\n", conf_keys[key].name,
			effective_names(e, key, s->arena));
		return;
	}
	/* what it included is printed as well: read back, it would be there twice */
	if (key == KEY_include) {
		fprintf(s->out, "# include = %s\n", text);
		return;
	}
	/* continued lines are those that are indented more deeply (lines.c): under the value */
	snprintf(between, sizeof between, "\n%*s", width + 3, "");
	if (strlen(text) > LINE_SHOWN)
		text = effective_text(e, key, between, s->arena);
	fprintf(s->out, "%-*s = %s\n", width, conf_keys[key].name, text);
}

static void
print_section(const struct show *s, const struct conf_section *section)
{
	struct effective e;
	int width;

	effective_init(&e, s->conf, section);
	width = (int)longest_name(s, &e); /* " = " stands in one column, whatever is printed */
	print_heading(s, section);
	for (unsigned i = 0; i < KEY_COUNT; i++) {
		if (e.last[i] == NULL)
			continue;
		print_origin(s, section, &conf_keys[i]);
		print_setting(s, &e, i, width);
	}
	if (s->all)
		fputs("# defaults\n", s->out);
	for (unsigned i = 0; s->all && i < KEY_COUNT; i++)
		if (is_default(&e, i))
			print_setting(s, &e, i, width);
}

static void
print_all(const struct show *s)
{
	bool has_bridle = s->all || s->conf->bridle.count > 0; /* without settings a heading would say nothing */

	if (has_bridle)
		print_section(s, &s->conf->bridle);
	for (uint32_t i = 0; i < s->conf->service_count; i++) {
		fputs(i > 0 || has_bridle ? "\n" : "", s->out);
		print_section(s, &s->conf->services[i]);
	}
}

bool
conf_show(FILE *out, const struct conf *conf, const char *name, unsigned what)
{
	struct show s = { .out = out,
		.conf = conf,
		.arena = arena_new(),
		.all = (what & CONF_SHOWN_DEFAULTS) != 0,
		.secrets = (what & CONF_SHOWN_SECRETS) != 0 };
	const struct conf_section *section = name == NULL ? NULL : conf_find(conf, name);
	bool ok = s.arena != NULL && (name == NULL || section != NULL);

	if (ok && section != NULL)
		print_section(&s, section);
	else if (ok)
		print_all(&s);
	/* once for all that was printed: stdio remembers, and so does the arena */
	ok = ok && !arena_failed(s.arena) && !ferror(out);
	arena_free(s.arena);
	return ok;
}
