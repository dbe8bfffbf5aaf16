/*
 * supervisord -- sections of a supervisord.conf into drafts.
 */
#include "import/sources.h"

#include <string.h>

#include "conf/find.h"
#include "import/directives.h"
#include "import/hole.h"
#include "import/launch.h"
#include "wire/execline.h"
#include "wire/pyini.h"

enum { COMMON_MAX = 16 };

/* A [program:NAME] being read: its entries are translated when all are there. */
struct program {
	struct import *import;
	struct draft *draft;
	struct ledger_entry *entries[64];
	unsigned count;
	struct draft *drafts;                    /* the first of this file */
	struct ledger_entry *common[COMMON_MAX]; /* of [supervisord], what its children inherit */
	unsigned common_count;
};

/* ---- what %(...)s stands for ---- */

static const char *
value_of(const struct program *p, struct arena *arena, const char *name, const char *file)
{
	const char *slash = strrchr(file, '/');

	if (strcmp(name, "program_name") == 0 || strcmp(name, "group_name") == 0)
		return p->draft->name;
	if (strcmp(name, "process_num") == 0 || strcmp(name, "numprocs") == 0)
		return strcmp(name, "numprocs") == 0 ? "1" : "0";
	if (strcmp(name, "here") == 0 && slash != NULL && file[0] == '/')
		return arena_copy(arena, file, (size_t)(slash - file));
	if (strcmp(name, "ENV_PATH") == 0)
		return FIND_PATH_DEFAULT;
	return NULL;
}

/* What supervisord would put in, whether or not it is known here. Of anything else, such as Gunicorn's own %(h)s, it says
 * that it cannot be expanded; it is left as it is. */
static bool
is_expansion(const char *name)
{
	static const char *const names[] = { "program_name", "process_num", "group_name", "numprocs", "here",
		"host_node_name" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return strncmp(name, "ENV_", 4) == 0;
}

/* VALUE with what Python's % would put in; what is not known becomes a hole. %% is %. */
static const char *
expand(const struct program *p, const char *value, const char *file)
{
	struct arena *arena = p->import->arena;
	const char *done = "", *percent;

	while ((percent = strpbrk(value, (char[]){ '%', HOLE_OPEN, '\0' })) != NULL) {
		size_t n = (size_t)(percent - value), length = percent[1] == '(' ? strcspn(percent, ")") : 0;
		const char *known = NULL, *name;

		if (*percent == HOLE_OPEN) {
			n += strcspn(percent, (char[]){ HOLE_CLOSE, '\0' });
			done = arena_printf(arena, "%s%.*s", done, (int)n, value);
			value += n;
			continue;
		}
		name = length > 2 && percent[length] == ')' ? arena_copy(arena, percent + 2, length - 2) : "";
		if (!is_expansion(name)) {
			done = arena_printf(arena, "%s%.*s%%", done, (int)n, value);
			value = percent + (percent[1] == '%' ? 2 : 1);
			continue;
		}
		value = percent + length + 1;
		value += strspn(value, "0123456789");
		value += *value == 's' || *value == 'd';
		known = value_of(p, arena, name, file);
		if (known != NULL)
			done = arena_printf(arena, "%s%.*s%s", done, (int)n, percent - n, known);
		else
			done = arena_printf(arena, "%s%.*s%c%%(%s)s%c", done, (int)n, percent - n, HOLE_OPEN, name,
				HOLE_CLOSE);
	}
	return arena_printf(arena, "%s%s", done, value);
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

	t.value = expand(p,
		hole_mark(arena, entry->value, d->translate == translate_pairs ? HOLE_CAPITALS : HOLE_VARIABLES),
		entry->file);
	d->translate(&t);
}

/* One directive twice: the last one counts (RawConfigParser with strict off). */
static bool
is_overruled(const struct program *p, unsigned i)
{
	for (unsigned k = i + 1; k < p->count; k++)
		if (strcmp(p->entries[k]->directive, p->entries[i]->directive) == 0)
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
end_program(struct program *p)
{
	struct err err;

	for (unsigned stage = 0; stage < 3; stage++)
		for (unsigned i = 0; i < p->count; i++) {
			const struct directive *d = directive_find("program", p->entries[i]->directive);

			if (d == NULL && stage == 0)
				settle_unknown(p, p->entries[i]);
			else if (d != NULL && comes_first(d, stage) && is_overruled(p, i))
				ledger_settle(&p->import->ledger, p->entries[i], FATE_MEANINGLESS, "",
					"it is given again below");
			else if (d != NULL && comes_first(d, stage))
				translate_entry(p, p->entries[i], d);
		}
	/* supervisor/options.py: autorestart is unexpected where nothing else is said */
	if (p->draft != NULL && !draft_has(p->draft, KEY_restart))
		draft_set(p->draft, KEY_restart, "on-failure", "as supervisord does without autorestart", &err);
	p->draft = NULL;
	p->count = 0;
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
			expand(p, hole_mark(p->import->arena, entry->value, HOLE_VARIABLES), entry->file),
			"of [supervisord]");
}

/* When all programs of the file are there. */
static void
give_common(struct program *p)
{
	for (p->draft = p->drafts; p->draft != NULL; p->draft = p->draft->next)
		for (unsigned i = 0; i < p->common_count; i++)
			inherit(p, p->common[i], inherited_by(p->common[i]));
	for (unsigned i = 0; i < p->common_count; i++)
		if (p->common[i]->fate == FATE_OPEN)
			ledger_settle(&p->import->ledger, p->common[i], FATE_MEANINGLESS, "",
				p->drafts == NULL ? "no program of this file inherits it" :
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

static void
take_assignment(struct program *p, const struct pyini *ini, const char *file)
{
	struct ledger_entry *entry = import_entry(p->import, file, ini->line, ini->section, ini->name, ini->value);

	if (entry == NULL)
		return;
	if (inherited_by(entry) >= 0 && p->common_count < COMMON_MAX)
		p->common[p->common_count++] = entry;
	else if (p->draft == NULL)
		settle_other(p->import, entry);
	else if (p->count < sizeof p->entries / sizeof p->entries[0])
		p->entries[p->count++] = entry;
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
take(struct program *p, struct pyini *ini, const char *file)
{
	struct ledger_entry *entry;
	struct err err;

	switch (pyini_next(ini, &err)) {
	case PYINI_END: return false;
	case PYINI_SECTION:
		end_program(p);
		if (strncmp(ini->section, "program:", 8) == 0)
			p->draft = import_draft(p->import, CONF_GUNICORN, ini->section + 8);
		if (p->drafts == NULL)
			p->drafts = p->draft;
		break;
	case PYINI_ASSIGNMENT:
		if (!is_template_line(ini->text)) {
			take_assignment(p, ini, file);
			break;
		}
		/* fall through */
	case PYINI_BAD:
		entry = ledger_add(&p->import->ledger, file, ini->line, ini->section, ini->text, "");
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
	struct program p = { .import = im };
	struct pyini ini;

	if (!pyini_init(&ini, bytes, length)) {
		conf_complain(im->report, CONF_ERROR, name, 0, "not enough memory to read it");
		return;
	}
	while (take(&p, &ini, name))
		;
	end_program(&p);
	give_common(&p);
	pyini_release(&ini);
}
