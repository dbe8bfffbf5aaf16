/*
 * Lines for a shell: a list of simple commands, of which the one that Gunicorn is in stays.
 */
#include "import/launch.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "import/hole.h"
#include "wire/execline.h"
#include "wire/shellwords.h"

/* A line as a list of simple commands. */
struct script {
	struct launch *launch;
	struct wordlist words; /* of the command being read */
	unsigned left;         /* commands to come that have a gunicorn among their words */
	bool done;             /* the command that stays was found */
	bool beside;           /* it does not wait for that one: & is between them */
};

/* Files that shells read for whoever logs in set what they set for a person, and are no lists of variables. */
static bool
is_profile(const char *base)
{
	/* .bashrc, .zshrc, /etc/profile, .bash_profile */
	return strstr(base, "profile") != NULL || strstr(base, "rc") != NULL;
}

static void
source(struct launch *l, const struct wordlist *w)
{
	struct arena *arena = l->import->arena;
	const char *name = w->at[0], *path = w->count > 1 ? w->at[1] : "", *base = launch_base(path);

	if (strncmp(base, "activate", 8) == 0)
		wrapper_activate(l, path, w->count > 2 ? w->at[2] : NULL);
	else if (strcmp(base, "conda.sh") == 0 || strcmp(base, "mamba.sh") == 0)
		launch_part(l, name, path, FATE_MEANINGLESS, "", "it makes conda known to a shell, and none is left");
	else if (l->exports_all && path[0] != '\0' && !is_profile(base))
		launch_set(l, name, path, KEY_environment_file, draft_quote(arena, draft_path(l->draft, path)),
			"read as NAME=value lines, not by a shell: $NAME and commands in it are not replaced");
	else
		launch_part(l, name, path, FATE_LOST, "",
			"what this file sets is not set: write it into environment, or, when "
			"it is but NAME=value lines, environment_file");
}

/* "export $(grep -v '^#' .env | xargs)" is how people read such a file. */
static void export(struct launch *l, const struct wordlist *w)
{
	for (uint32_t i = 1; i < w->count; i++) {
		if (wrapper_is_assignment(w->at[i]))
			wrapper_assign(l, w->at[i]);
		else if (hole_is_in(w->at[i]))
			launch_part(l, "export", w->at[i], FATE_LOST, "",
				"what comes out of this command is not set: environment_file reads a file of "
				"NAME=value lines");
		else
			launch_part(l, "export", w->at[i], FATE_MEANINGLESS, "",
				"every variable of the service is in its environment");
	}
}

static void
set_options(struct launch *l, const struct wordlist *w)
{
	for (uint32_t i = 1; i < w->count; i++)
		/* "set -a" before sourcing a file of NAME=value lines is how scripts export all of it */
		if (strcmp(w->at[i], "-a") == 0 || strcmp(w->at[i], "allexport") == 0)
			l->exports_all = true;
		else if (strcmp(w->at[i], "+a") == 0)
			l->exports_all = false;
	launch_part(l, "set", w->count > 1 ? w->at[1] : "", FATE_MEANINGLESS, "",
		"no shell is left for it to count in");
}

/* ulimit of bash(1) and its like: letters, what they limit, and what its numbers count. */
static const struct {
	char letter;
	enum key_id key;
	unsigned unit;
} limits[] = {
	{ 'c', KEY_limit_core, 1024 },
	{ 'd', KEY_limit_data, 1024 },
	{ 'f', KEY_limit_fsize, 1024 },
	{ 'l', KEY_limit_memlock, 1024 },
	{ 'm', KEY_limit_rss, 1024 },
	{ 'n', KEY_limit_nofile, 1 },
	{ 's', KEY_limit_stack, 1024 },
	{ 't', KEY_limit_cpu, 1 },
	{ 'u', KEY_limit_nproc, 1 },
	{ 'v', KEY_limit_as, 1024 },
};

/* "-n 65536", "-Sn 65536", "-c unlimited". False when it cannot be said. */
static bool
limit(struct launch *l, const struct wordlist *w)
{
	const char *option = w->count == 3 ? w->at[1] : "", *value = w->count == 3 ? w->at[2] : "";
	size_t n = strlen(option);
	int64_t number;

	/* soft or hard makes no difference here: both are set */
	if (n < 2 || option[0] != '-' || strspn(option + 1, "SH") != n - 2)
		return false;
	for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
		if (limits[i].letter != option[n - 1])
			continue;
		if (strcmp(value, "unlimited") == 0)
			return launch_set(l, option, value, limits[i].key, "infinity", "");
		if (!text_parse_int(value, 0, INT64_C(1) << 40, &number))
			return false;
		return launch_set(l, option, value, limits[i].key,
			arena_printf(l->import->arena, "%" PRId64, number * limits[i].unit), "");
	}
	return false;
}

/* ": ${PORT:=80}" gives PORT that value unless it has one. */
static void
assume_defaults(struct launch *l, const struct wordlist *w)
{
	for (uint32_t i = 1; i < w->count; i++) {
		const char *word = w->at[i], *value = hole_fill(w->arena, word, &l->draft->variables, NULL);

		if (strncmp(word, (char[]){ HOLE_OPEN, '$', '{', '\0' }, 3) == 0 && !hole_is_in(value))
			wordlist_add(&l->draft->variables,
				arena_printf(w->arena, "%.*s=%s", (int)strcspn(word + 3, ":=-}"), word + 3, value));
		launch_part(l, word, "", FATE_MEANINGLESS, "", "what it gives is used where the command names it");
	}
}

/* Builtins of a shell that prepare what comes. False when the command is none. */
static bool
prepare(struct launch *l, const struct wordlist *w)
{
	const char *name = w->at[0], *argument = w->count > 1 ? w->at[1] : "";

	if (strcmp(name, ".") == 0 || strcmp(name, "source") == 0) {
		source(l, w);
	} else if (strcmp(name, "cd") == 0) {
		const char *path = draft_path(l->draft, argument);

		if (launch_set(l, name, argument, KEY_directory, path, "") && path[0] == '/')
			l->draft->directory = path;
	} else if (strcmp(name, "umask") == 0) {
		launch_set(l, name, argument, KEY_umask, argument, "");
	} else if (strcmp(name, "export") == 0) {
		export(l, w);
	} else if (strcmp(name, "set") == 0) {
		set_options(l, w);
	} else if (strcmp(name, ":") == 0) {
		assume_defaults(l, w);
	} else if (strcmp(name, "shopt") == 0 || strcmp(name, "trap") == 0 || strcmp(name, "true") == 0 ||
		strcmp(name, "wait") == 0) {
		launch_part(l, name, argument, FATE_MEANINGLESS, "", "no shell is left for it to count in");
	} else if (strcmp(name, "ulimit") == 0) {
		if (!limit(l, w))
			launch_part(l, name, argument, FATE_LOST, "", "the service has the limit of bridled itself");
	} else {
		return wrapper_activate_by_name(l, w->at, w->count);
	}
	return true;
}

/* In any of its words: a wrapper may stand in front, or a variable with such a name. */
static bool
holds_gunicorn(const struct wordlist *w)
{
	for (uint32_t i = 0; i < w->count; i++)
		if (strcasestr(w->at[i], "gunicorn") != NULL)
			return true;
	return false;
}

/* Whether the command of W is the one that stays: it runs what it names, or it is the last that could. "mkdir /run/gunicorn" and
 * "pip install gunicorn" stand in front of one that does. */
static bool
is_the_one(const struct script *s, const struct wordlist *w)
{
	if (strcmp(w->at[0], "exec") == 0)
		return true;
	return holds_gunicorn(w) &&
		(s->left == 0 || launch_length(w->at, w->count) > 0 || wrapper_is_known(w->at, w->count));
}

static const char no_company[] = "it is not run beside the service any more: write a [program] of its own for it";

/* What stands behind the command that stays. */
static void
pass_over(struct script *s, const struct wordlist *w)
{
	static const char *const nothing[] = { "true", ":", "wait", "exit" };
	const char *shown = launch_quote(w->arena, w->at, w->count);

	for (size_t i = 0; i < sizeof nothing / sizeof nothing[0]; i++)
		if (strcmp(nothing[i], w->at[0]) == 0) {
			launch_part(s->launch, shown, "", FATE_MEANINGLESS, "", "no shell is left for it to count in");
			return;
		}
	launch_part(s->launch, shown, "", FATE_LOST, "",
		s->beside ? no_company : "it is not run when the service has ended: exec_stop_post is");
}

/* One command has been read, up to OPERATOR. The one that Gunicorn is in stays; the others are run no more. */
static void
end_command(struct script *s, const char *operator)
{
	struct launch *l = s->launch;
	struct wordlist w = s->words;
	bool is_apart = strcmp(operator, "&") == 0;

	s->left -= s->left > 0 && holds_gunicorn(&w);
	s->words = (struct wordlist){ .arena = w.arena };
	while (w.count > 0 && wrapper_is_assignment(w.at[0]) && !s->done) {
		wrapper_assign(l, w.at[0]);
		w.at++;
		w.count--;
	}
	if (w.count == 0)
		return;
	if (s->done) {
		if (l->draft->kind == CONF_GUNICORN) /* a program has all of the line */
			pass_over(s, &w);
	} else if (strcmp(w.at[0], "exec") != 0 && prepare(l, &w)) {
		return;
	} else if (is_the_one(s, &w)) {
		s->done = true;
		s->beside = is_apart;
		launch_words(l, (struct conf_words){ .at = w.at, .count = w.count });
	} else {
		launch_part(l, launch_quote(w.arena, w.at, w.count), "", FATE_LOST, "",
			is_apart ? no_company :
				   "it is not run: do it before the service is started, or in your deployment");
	}
}

static void
take_redirect(struct script *s, const char *operator, const char * target)
{
	struct arena *arena = s->words.arena;

	if (operator[strlen(operator) - 1] == '<')
		launch_part(s->launch, arena_copy_string(arena, operator), target, FATE_LOST, "",
			"standard input is /dev/null");
	else if (strspn(target, "0123456789-") == strlen(target))
		launch_part(s->launch, arena_copy_string(arena, operator), target, FATE_IMPLIED, "",
			"standard output and standard "
			"error go to one log");
	else
		launch_part(s->launch, arena_copy_string(arena, operator), target, FATE_LOST, "",
			"output goes to Bridle's own log "
			"file (bridle logs NAME)");
}

/* Words of the shell's grammar, at the place of a command. */
static bool
is_grammar(const char *word)
{
	static const char *const words[] = { "if", "for", "while", "until", "case", "function", "{", "!", "select",
		"[[" };

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcmp(words[i], word) == 0)
			return true;
	return false;
}

/* Read LINE once, only to see whether it is a plain list of commands, and in how many of them a Gunicorn is named: 0 when it is
 * none. */
static unsigned
count_named(struct arena *arena, const char *line, char *item, struct err *err, bool *bad)
{
	bool first = true, is_named = false, is_target = false;
	enum shell_item kind;
	unsigned count = 0;

	*bad = false;
	while ((kind = shellwords_next(&line, item, err)) != SHELL_END) {
		if (kind == SHELL_BAD) {
			*bad = true;
			return 0;
		}
		if (kind == SHELL_WORD && first && is_grammar(item))
			return 0;
		if (kind == SHELL_OPERATOR && (strcmp(item, "|") == 0 || strchr("()", item[0]) != NULL))
			return 0;
		if (kind == SHELL_REDIRECT && strstr(item, "<<") != NULL)
			return 0;
		first = kind == SHELL_OPERATOR;
		if (first)
			is_named = false;
		if (kind == SHELL_WORD && !is_target && !is_named &&
			strcasestr(hole_show(arena, item), "gunicorn") != NULL) {
			is_named = true;
			count++;
		}
		is_target = kind == SHELL_REDIRECT;
	}
	return count;
}

static void
take_script(struct launch *l, const char *line, char *item, unsigned named)
{
	struct script s = { .launch = l, .left = named, .words.arena = l->import->arena };
	enum shell_item kind;

	while ((kind = shellwords_next(&line, item, NULL)) != SHELL_END) {
		if (kind == SHELL_WORD) {
			wordlist_add(&s.words, arena_copy_string(s.words.arena, item));
		} else if (kind == SHELL_REDIRECT) {
			const char *operator= arena_copy_string(s.words.arena, item);

			if (shellwords_next(&line, item, NULL) == SHELL_WORD)
				take_redirect(&s, operator, item);
		} else {
			end_command(&s, item);
		}
	}
	end_command(&s, "");
	if (s.done && l->draft->kind == CONF_GUNICORN)
		ledger_sum(&l->import->ledger, l->entry); /* again, with what stood behind */
}

void
launch_shell(struct launch *l, const char *line)
{
	char *item = arena_alloc(l->import->arena, 2 * strlen(line) + 4);
	unsigned named;
	struct err err;
	bool bad;

	if (item == NULL)
		return;
	if (l->original.count == 0) {
		struct wordlist words = { .arena = l->import->arena };

		wordlist_add(&words, "/bin/sh");
		wordlist_add(&words, "-c");
		wordlist_add(&words, line);
		launch_begin(l, (struct conf_words){ .at = words.at, .count = words.count });
	}
	named = count_named(l->import->arena, line, item, &err, &bad);
	if (named > 0)
		take_script(l, line, item, named);
	else if (bad)
		import_broken(l->import, l->entry, err.text);
	if (l->entry->fate == FATE_OPEN)
		launch_program(l);
}
