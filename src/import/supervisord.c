/*
 * supervisord -- sections of a supervisord.conf into drafts.
 */
#include "import/sources.h"

#include <string.h>

#include "import/directives.h"
#include "import/expand.h"
#include "import/hole.h"
#include "import/launch.h"
#include "wire/execline.h"
#include "wire/pyini.h"

enum { COMMON_MAX = 16 };

/* A [program:NAME]: it is translated when the whole file is there, as it may be given in several places
 * (supervisor/options.py reads with ConfigParser's strict off, which puts sections of one name together). */
struct section {
	const char *name;
	struct draft *draft;
	unsigned line; /* of its first heading */
	struct ledger_entry *entries[64];
	unsigned count;
	bool is_short; /* there are lines that are not among the entries */
	struct section *next;
};

/* A file being read. */
struct program {
	struct import *import;
	const char *file;
	struct section *first, *last;
	struct section *section;                 /* being read, or translated; NULL: another one */
	struct draft *draft;                     /* what is translated goes there */
	struct ledger_entry *common[COMMON_MAX]; /* of [supervisord], what its children inherit */
	unsigned common_count;
};

/* The last value that SECTION, which may be NULL, has of DIRECTIVE; FALLBACK when it has none. */
static const char *
value_in(const struct section *section, const char *directive, const char *fallback)
{
	for (unsigned i = section != NULL ? section->count : 0; i > 0; i--)
		if (strcmp(section->entries[i - 1]->directive, directive) == 0)
			return section->entries[i - 1]->value;
	return fallback;
}

/* VALUE with what supervisord puts in for the first of its processes, which is the one that is made. */
static const char *
expanded(const struct program *p, const char *value)
{
	struct expansions known = { .program = p->draft->name,
		.file = p->file,
		.process_num = value_in(p->section, "numprocs_start", "0"),
		.numprocs = value_in(p->section, "numprocs", "1") };

	return expand(p->import->arena, &known, value);
}

/* ---- the command ---- */

/* Whether a backslash within QUOTE (NUL: none) says that C is to be taken as it is: within double quotes only another backslash
 * and the quote are. */
static bool
is_escape(char quote, char c)
{
	return quote == '"' ? c == '"' || c == '\\' : quote == '\0' && c != '\0' && c != HOLE_OPEN;
}

/* supervisord splits by shlex.split: as a shell does, without replacing anything, and a line feed behind a backslash
 * stays in its word. */
void
translate_command(struct translation *t)
{
	struct launch l = { .import = t->import, .draft = t->draft, .entry = t->entry };
	struct wordlist words = { .arena = t->import->arena };
	const char *c = t->value;
	char *word = arena_alloc(words.arena, strlen(c) + 1), *to, quote;

	while (word != NULL && *(c += strspn(c, " \t\n")) != '\0') {
		for (to = word, quote = '\0'; *c != '\0' && (quote != '\0' || strchr(" \t\n", *c) == NULL); c++) {
			if (*c == HOLE_OPEN)
				while (*c != '\0' && *c != HOLE_CLOSE)
					*to++ = *c++;
			if (*c == quote && quote != '\0')
				quote = '\0';
			else if (quote == '\0' && (*c == '\'' || *c == '"'))
				quote = *c;
			else if (*c == '\\' && is_escape(quote, c[1]))
				*to++ = *++c;
			else if (*c != '\0')
				*to++ = *c;
			if (*c == '\0')
				break;
		}
		*to = '\0';
		if (quote != '\0') {
			import_broken(t->import, t->entry, "a quote is not closed: supervisord refuses it");
			return;
		}
		wordlist_add(&words, arena_copy_string(words.arena, word));
	}
	launch_words(&l, (struct conf_words){ .at = words.at, .count = words.count });
}

/* ---- sections ---- */

static bool
comes_first(const struct directive *d, unsigned stage)
{
	bool early = d->translate == translate_pairs || d->translate == translate_directory ||
		d->translate == translate_account;
	unsigned wanted = early ? 0 : d->translate == translate_command ? 1 : 2;

	return wanted == stage;
}

static void
translate_entry(struct program *p, struct ledger_entry *entry, const struct directive *d)
{
	struct arena *arena = p->import->arena;
	struct translation t = { .import = p->import, .draft = p->draft, .entry = entry, .directive = d };

	t.value = expanded(p,
		hole_mark(arena, entry->value, d->translate == translate_pairs ? HOLE_CAPITALS : HOLE_VARIABLES));
	d->translate(&t);
}

/* One directive twice: the last one counts (RawConfigParser with strict off). */
static bool
is_overruled(const struct section *s, unsigned i)
{
	for (unsigned k = i + 1; k < s->count; k++)
		if (strcmp(s->entries[k]->directive, s->entries[i]->directive) == 0)
			return true;
	return false;
}

static void
settle_unknown(struct program *p, struct ledger_entry *entry)
{
	const struct directive *meant = directive_meant("program", entry->directive);

	ledger_settle(&p->import->ledger, entry, FATE_MEANINGLESS, "",
		"supervisord does not know it and passes over it%s%s%s", meant != NULL ? ": was " : "",
		meant != NULL ? meant->name : "", meant != NULL ? " meant?" : "");
}

static void
translate_section(struct program *p)
{
	struct section *s = p->section;
	struct err err;

	for (unsigned stage = 0; stage < 3; stage++)
		for (unsigned i = 0; i < s->count; i++) {
			const struct directive *d = directive_find("program", s->entries[i]->directive);

			if (d == NULL && stage == 0)
				settle_unknown(p, s->entries[i]);
			else if (d != NULL && comes_first(d, stage) && is_overruled(s, i))
				ledger_settle(&p->import->ledger, s->entries[i], FATE_MEANINGLESS, "",
					"it is given again below");
			else if (d != NULL && comes_first(d, stage))
				translate_entry(p, s->entries[i], d);
		}
	if (value_in(s, "command", NULL) == NULL && !s->is_short)
		conf_complain(p->import->report, CONF_ERROR, p->file, s->line,
			"[%s] has no command: supervisord refuses it", s->name);
	/* supervisor/options.py: autorestart is unexpected where nothing else is said */
	if (!draft_has(p->draft, KEY_restart))
		draft_set(p->draft, KEY_restart, "on-failure", "as supervisord does without autorestart", &err);
}

/* ---- what every program has of supervisord ---- */

/* supervisord gives its children what it has itself (supervisor/options.py, process.py): its environment, umask and limits, and
 * where a program does not say, its directory and user. */
static const struct {
	const char *name, *meant; /* the directive of a program that says the same; "": the key is set */
	enum key_id key;
} inherited[] = {
	{ "environment", "environment", KEY_environment },
	{ "umask", "", KEY_umask },
	{ "minfds", "", KEY_limit_nofile },
	{ "minprocs", "", KEY_limit_nproc },
	{ "directory", "", KEY_directory },
	{ "user", "", KEY_user },
};

/* Which of them ENTRY is; -1. */
static int
inherited_by(const struct ledger_entry *entry)
{
	for (size_t i = 0; i < sizeof inherited / sizeof inherited[0]; i++)
		if (strcmp(entry->section, "supervisord") == 0 && strcmp(inherited[i].name, entry->directive) == 0)
			return (int)i;
	return -1;
}

/* Of ENTRY, a list of variables, those that the program does not set itself: its own come behind, and win. */
static void
inherit_variables(struct program *p, struct ledger_entry *entry)
{
	struct draft_setting *own = p->draft->first, **at;

	/* what the program says of them goes to the end of the list, in its order */
	p->draft->first = p->draft->last = NULL;
	translate_entry(p, entry, directive_find("program", "environment"));
	for (at = &p->draft->first; *at != NULL; at = &(*at)->next)
		;
	*at = own;
	for (struct draft_setting *s = p->draft->first; s != NULL; s = s->next)
		p->draft->last = s;
}

static void
inherit(struct program *p, struct ledger_entry *entry, int which)
{
	struct translation t = { .import = p->import,
		.draft = p->draft,
		.entry = entry,
		.directive = directive_find("program", "umask") };

	if (inherited[which].meant[0] != '\0')
		inherit_variables(p, entry);
	else if (!draft_has(p->draft, inherited[which].key))
		translate_set(&t, inherited[which].key,
			expanded(p, hole_mark(p->import->arena, entry->value, HOLE_VARIABLES)), "of [supervisord]");
}

/* When the whole file is there. */
static void
translate_sections(struct program *p)
{
	for (p->section = p->first; p->section != NULL; p->section = p->section->next) {
		p->draft = p->section->draft;
		translate_section(p);
		for (unsigned i = 0; i < p->common_count; i++)
			inherit(p, p->common[i], inherited_by(p->common[i]));
	}
	for (unsigned i = 0; i < p->common_count; i++)
		if (p->common[i]->fate == FATE_OPEN)
			ledger_settle(&p->import->ledger, p->common[i], FATE_MEANINGLESS, "",
				p->first == NULL ? "no program of this file inherits it" :
						   "every program says it itself");
}

static const struct {
	const char *section;
	enum fate fate;
	const char *reason;
} others[] = {
	{ "supervisord", FATE_MEANINGLESS, "it is about supervisord itself: [bridle] has what bridled needs" },
	{ "supervisorctl", FATE_MEANINGLESS, "it is about supervisorctl: bridle is the command here" },
	{ "unix_http_server", FATE_MEANINGLESS, "the control socket of bridled is in run_dir" },
	{ "inet_http_server", FATE_LOST, "bridled does not answer on the network" },
	{ "rpcinterface:", FATE_MEANINGLESS, "the control socket of bridled speaks varlink" },
	{ "group:", FATE_LOST, "services have no groups: bridle stop A B names each" },
	{ "include", FATE_LOST, "the files that it names are not read: give them to bridle import too" },
	{ "eventlistener:", FATE_LOST,
		"Bridle starts no listeners of events: bridle watch --json tells a program of them" },
	{ "program:", FATE_LOST, "more services than a configuration holds" },
	{ "fcgi-program:", FATE_LOST, "Bridle opens no FastCGI sockets" },
	{ "", FATE_MEANINGLESS, "supervisord does not know this section" },
};

static void
settle_other(struct import *im, struct ledger_entry *entry)
{
	size_t i = 0;

	while (others[i].section[0] != '\0' &&
		strncmp(others[i].section, entry->section, strlen(others[i].section)) != 0)
		i++;
	ledger_settle(&im->ledger, entry, others[i].fate, "", "%s", others[i].reason);
	if (strcmp(entry->section, "include") == 0)
		conf_complain(im->report, CONF_WARNING, entry->file, entry->line, "[include] %s: %s", entry->value,
			others[i].reason);
}

/* Say that another file has S, too: of files that include one another, supervisord makes one program of both
 * (supervisor/options.py, read_include_config). Whether these do is not known here. */
static void
say_elsewhere(const struct program *p, const struct section *s)
{
	const struct ledger_entry *e = p->import->ledger.first;

	while (e != NULL && (strcmp(e->section, s->name) != 0 || strcmp(e->file, p->file) == 0))
		e = e->next;
	if (e != NULL)
		conf_complain(p->import->report, CONF_WARNING, p->file, s->line,
			"[%s] is in '%s', too (line %u): where one file includes the other, supervisord makes one program of "
			"both; here this is a service of its own, %s",
			s->name, e->file, e->line, s->draft->name);
}

/* The [program:x] of the heading NAME: the one that was there before, or a new one. NULL without memory, and for one too many. */
static struct section *
section_called(struct program *p, const char *name, unsigned line)
{
	struct section *s = p->first;
	struct draft *draft;

	while (s != NULL && strcmp(s->name, name) != 0)
		s = s->next;
	if (s != NULL)
		return s;
	draft = import_draft(p->import, CONF_GUNICORN, name + strlen("program:"));
	s = draft != NULL ? arena_alloc(p->import->arena, sizeof *s) : NULL;
	if (s == NULL)
		return NULL;
	*s = (struct section){ .name = arena_copy_string(p->import->arena, name), .draft = draft, .line = line };
	*(p->last != NULL ? &p->last->next : &p->first) = s;
	p->last = s;
	say_elsewhere(p, s);
	return s;
}

static void
take_assignment(struct program *p, const struct pyini *ini)
{
	struct ledger_entry *entry = import_entry(p->import, p->file, ini->line, ini->section, ini->name, ini->value);
	struct section *s = p->section;

	if (s != NULL && entry == NULL)
		s->is_short = true;
	if (entry == NULL)
		return;
	if (inherited_by(entry) >= 0 && p->common_count < COMMON_MAX)
		p->common[p->common_count++] = entry;
	else if (s == NULL)
		settle_other(p->import, entry);
	else if (s->count < sizeof s->entries / sizeof s->entries[0])
		s->entries[s->count++] = entry;
	else
		import_broken(p->import, entry, "more lines than a section has");
}

/* "{% for x %}" and the like; "{{ x }}" alone. */
static bool
is_template_line(const char *text)
{
	return text[0] == '{' && text[1] != '\0' && strchr("{%#", text[1]) != NULL;
}

static bool
take(struct program *p, struct pyini *ini)
{
	struct ledger_entry *entry;
	struct err err;

	switch (pyini_next(ini, &err)) {
	case PYINI_END: return false;
	case PYINI_SECTION:
		p->section =
			strncmp(ini->section, "program:", 8) == 0 ? section_called(p, ini->section, ini->line) : NULL;
		p->import->ledger.of = p->section != NULL ? &p->section->draft : NULL;
		break;
	case PYINI_ASSIGNMENT:
		if (!is_template_line(ini->text)) {
			take_assignment(p, ini);
			break;
		}
		/* fall through */
	case PYINI_BAD:
		entry = ledger_add(&p->import->ledger, p->file, ini->line, ini->section, ini->text, "");
		if (p->section != NULL)
			p->section->is_short = true;
		if (entry != NULL && is_template_line(ini->text))
			ledger_settle(&p->import->ledger, entry, FATE_LOST, "", "%s", hole_of_template);
		else if (entry != NULL)
			import_broken(p->import, entry, err.text);
		break;
	}
	return true;
}

void
supervisord_add(struct import *im, const char *name, const char *bytes, size_t length)
{
	struct program p = { .import = im, .file = name };
	struct pyini ini;

	if (!pyini_init(&ini, bytes, length)) {
		conf_complain(im->report, CONF_ERROR, name, 0, "not enough memory to read it");
		return;
	}
	while (take(&p, &ini))
		;
	translate_sections(&p);
	pyini_release(&ini);
}
