/*
 * Commands before and after a start, and what a program says when it is ready.
 */
#include "import/translate.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "conf/signal.h"
#include "import/directives.h"
#include "import/hole.h"
#include "import/overrule.h"
#include "wire/execline.h"

/* A command of systemd on its way to be one of ours. */
struct command {
	struct arena *arena;
	const char *text;   /* the words so far, quoted for conf/words.h */
	const char *script; /* the same for a shell, in which variables are replaced */
	unsigned words;
	bool has_variables;
	bool is_shell; /* it is sh -c: what follows is replaced by that shell, as systemd would have */
};

/* Whether systemd would replace something in WORD: $NAME, ${NAME}; $$ is a dollar. */
static bool
has_variable(const char *word)
{
	for (; (word = strchr(word, '$')) != NULL; word++) {
		if (word[1] == '$')
			word++;
		else if (word[1] != '\0')
			return true;
	}
	return false;
}

/* WORD for a shell. $NAME alone is split at blanks, as systemd does; within a word it is not, so it is in quotes. */
static const char *
for_shell(struct arena *arena, const char *word)
{
	bool alone = word[0] == '$' && word[1] != '{' && word[1] != '$' && strpbrk(word + 1, "$ \t\"'\\`") == NULL;
	char *buffer = arena_alloc(arena, 2 * strlen(word) + 3), *to = buffer;

	if (buffer == NULL || alone)
		return word;
	*to++ = '"';
	for (; *word != '\0'; word++) {
		if (strchr("\"\\`", *word) != NULL || (*word == '$' && word[1] == '$'))
			*to++ = '\\';
		*to++ = *word;
		word += *word == '$' && word[1] == '$';
	}
	*to = '"';
	return buffer;
}

/* $$ is one dollar where systemd replaces variables. */
static const char *
with_dollars(struct arena *arena, const char *word)
{
	char *buffer = arena_alloc(arena, strlen(word) + 1), *to = buffer;

	for (; buffer != NULL && *word != '\0'; word++) {
		*to++ = *word;
		word += *word == '$' && word[1] == '$';
	}
	return buffer == NULL ? word : buffer;
}

static bool
is_shell(const char *path)
{
	static const char *const names[] = { "sh", "bash", "dash" };
	const char *slash = strrchr(path, '/');

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(slash != NULL ? slash + 1 : path, names[i]) == 0)
			return true;
	return false;
}

static void
add_word(struct command *c, const char *word)
{
	const char *between = c->words > 0 ? " " : "";

	if (c->words == 1)
		c->is_shell = c->is_shell && word[0] == '-' && strchr(word, 'c') != NULL;
	c->has_variables = c->has_variables || has_variable(word);
	c->text =
		arena_printf(c->arena, "%s%s%s", c->text, between, draft_quote(c->arena, with_dollars(c->arena, word)));
	c->script = arena_printf(c->arena, "%s%s%s", c->script, between, for_shell(c->arena, word));
	if (c->words++ == 0)
		c->is_shell = is_shell(word);
}

/* With its prefixes in front of its first word. */
static const char *
finished(const struct command *c, const char *prefixes)
{
	if (!c->has_variables || c->is_shell)
		return arena_printf(c->arena, "%s%s", prefixes, c->text);
	return arena_printf(c->arena, "%s/bin/sh -c %s", prefixes,
		draft_quote(c->arena, arena_printf(c->arena, "exec %s", c->script)));
}

/* Those of ours among the prefixes of systemd; ! and !! leave the user as it is, as + does, which goes further: all that would
 * confine the command is left out. NULL with *WHY. */
static const char *
our_prefixes(const char *prefixes, const char **why)
{
	bool ignored = strchr(prefixes, '-') != NULL, privileged = strpbrk(prefixes, "+!") != NULL;

	*why = strchr(prefixes, '@') != NULL  ? "a name of one's own (@) cannot be given to a command" :
		strchr(prefixes, '|') != NULL ? "no login shell is started for a command (|)" :
						NULL;
	if (*why != NULL)
		return NULL;
	return ignored && privileged ? "-+" : ignored ? "-" : privileged ? "+" : "";
}

/* PermissionsStartOnly=yes: only ExecStart= becomes User=, what stands around it is run as root (systemd 231 and earlier have
 * it for what + says since). */
static bool
is_start_only(const struct translation *t)
{
	const char *value =
		t->unit != NULL ? value_in_effect(t->import, t->unit, "Service", "PermissionsStartOnly") : "";

	return value[0] != '\0' && !translate_is_off(value);
}

/* Take the prefixes at *REST: ours, or NULL with *WHY. */
static const char *
take_prefixes(const struct translation *t, const char **rest, const char **why)
{
	const char *ours;
	char prefixes[8];

	*rest += strspn(*rest, " \t");
	execline_prefixes(rest, prefixes);
	ours = our_prefixes(prefixes, why);
	if (ours == NULL || !is_start_only(t) || strchr(ours, '+') != NULL)
		return ours;
	return ours[0] == '-' ? "-+" : "+";
}

/* The next word of *REST. PARTS: it is a ; of its own, behind which another command begins; one that is to be passed on is
 * quoted, or written \; (systemd.service(5), COMMAND LINES). */
static enum word_step
next_word(const char **rest, char *word, bool *parts, struct err *err)
{
	const char *written = *rest + strspn(*rest, " \t\n\r");
	enum word_step step = execline_next(rest, word, err);
	size_t n = (size_t)(*rest - written);

	*parts = step == WORD_TAKEN && n == 1 && *written == ';';
	if (step == WORD_TAKEN && n == 2 && strcmp(word, "\\;") == 0)
		memcpy(word, ";", 2);
	return step;
}

/* ---- commands that would take something away from a generation beside ---- */

/* Whether WORDS, parted by blanks, have PREFIX and PATH as one of them. */
static bool
has_path(const char *words, const char *prefix, const char *path)
{
	size_t n = strlen(path), m = strlen(prefix);

	for (; *words != '\0'; words += strcspn(words, " "), words += strspn(words, " "))
		if (strncmp(words, prefix, m) == 0 && strncmp(words + m, path, n) == 0 &&
			strchr(" ", words[m + n]) != NULL)
			return true;
	return false;
}

/* Whether the service listens at PATH, or has it made below /run. */
static bool
is_its_own(const struct translation *t, const char *path)
{
	static const char *const bases[] = { "/run/", "/var/run/" };

	for (const struct draft_setting *s = t->draft->first; s != NULL; s = s->next)
		if (s->key == KEY_bind && has_path(s->value, "unix:", path))
			return true;
	for (const struct unit *u = t->import->units; u != NULL; u = u->next)
		for (const struct unit_line *line = u->first; u->draft == t->draft && line != NULL; line = line->next) {
			if (u->is_socket && strcmp(line->entry->directive, "ListenStream") == 0 &&
				strcmp(line->value, path) == 0)
				return true;
			for (size_t i = 0; i < sizeof bases / sizeof bases[0]; i++)
				if (strcmp(line->entry->directive, "RuntimeDirectory") == 0 &&
					strncmp(path, bases[i], strlen(bases[i])) == 0 &&
					has_path(line->value, "", path + strlen(bases[i])))
					return true;
		}
	return false;
}

/* Whether LINE is "rm -f" of such paths and of nothing else. */
static bool
removes_its_own(const struct translation *t, const char *line)
{
	struct arena *arena = t->import->arena;
	char prefixes[8], *word = arena_alloc(arena, strlen(line) + 1);
	bool is_rm = false, any = false;

	execline_prefixes(&line, prefixes);
	for (unsigned i = 0; word != NULL && execline_next(&line, word, NULL) == WORD_TAKEN; i++) {
		const char *slash = strrchr(word, '/');
		size_t n = strlen(word);

		if (i == 0)
			is_rm = strcmp(slash != NULL ? slash + 1 : word, "rm") == 0 ||
				strcmp(slash != NULL ? slash + 1 : word, "unlink") == 0;
		while (i > 0 && n > 1 && word[n - 1] == '/')
			word[--n] = '\0';
		if (i > 0 && word[0] != '-' && !is_its_own(t, word))
			return false;
		any = any || (i > 0 && word[0] != '-');
	}
	return is_rm && any;
}

/* The commands of REST, the first of which has the prefixes OURS, as one value of the key: parted by " ; ". */
static void
set_commands(struct translation *t, const char *rest, const char *ours)
{
	struct arena *arena = t->import->arena;
	const char *all = "", *why;
	char *word = arena_alloc(arena, strlen(rest) + 1);
	struct command c = { .arena = arena, .text = "", .script = "" };
	enum word_step step = WORD_END;
	bool parts, is_freer = memchr(t->value, '!', strspn(t->value, " \t-@:+!|")) != NULL;
	struct err err;

	while (word != NULL && (step = next_word(&rest, word, &parts, &err)) == WORD_TAKEN) {
		if (!parts) {
			add_word(&c, word);
			continue;
		}
		all = arena_printf(arena, "%s%s ; ", all, finished(&c, ours));
		c = (struct command){ .arena = arena, .text = "", .script = "" };
		ours = take_prefixes(t, &rest, &why);
		if (ours == NULL)
			ours = "@"; /* refused when the setting is read */
	}
	if (step == WORD_BAD)
		import_broken(t->import, t->entry, err.text);
	else
		translate_set(t, translate_key(t), arena_printf(arena, "%s%s", all, finished(&c, ours)),
			is_freer ? "the sandbox, too, is not around it, as it was with !" :
				c.has_variables && !c.is_shell ? "a shell replaces its variables" :
								 "");
}

void
translate_hook(struct translation *t)
{
	const char *rest = t->value, *why, *ours;

	if (rest[0] == '\0') {
		draft_unset(t->draft, translate_key(t));
		translate_settle(t, FATE_MEANINGLESS, "it only empties what stood before it");
		return;
	}
	if (removes_its_own(t, rest)) {
		translate_settle(t, FATE_IMPLIED,
			"Bridle replaces a socket file that nobody serves, and removes runtime_directory when the "
			"service is stopped: run "
			"before or after a generation, this would take them from another one that serves");
		return;
	}
	ours = take_prefixes(t, &rest, &why);
	if (ours == NULL)
		translate_settle(t, FATE_LOST, why);
	else
		set_commands(t, rest, ours);
}

/* ---- programs that say when they are ready ---- */

static bool
is_program(const struct translation *t)
{
	return t->draft->kind == CONF_PROGRAM;
}

void
translate_notify_access(struct translation *t)
{
	if (!is_program(t))
		translate_as_listed(t);
	else if (strcmp(t->value, "all") == 0 || strcmp(t->value, "exec") == 0)
		translate_set(t, KEY_notify_access, "all", "");
	else if (strcmp(t->value, "main") == 0)
		translate_set(t, KEY_notify_access, "main", "");
	else
		translate_settle(t, FATE_MEANINGLESS, "nobody notifies");
}

void
translate_watchdog(struct translation *t)
{
	if (!is_program(t))
		translate_as_listed(t);
	else
		translate_span(t);
}

void
translate_remain(struct translation *t)
{
	static const char *const words[] = { "yes", "true", "on", "1" };

	for (size_t i = 0; is_program(t) && i < sizeof words / sizeof words[0]; i++)
		if (strcasecmp(t->value, words[i]) == 0) {
			translate_set(t, KEY_remain_after_exit, "yes", "");
			return;
		}
	translate_guard(t);
}
