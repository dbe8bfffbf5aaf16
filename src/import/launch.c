#include "import/launch.h"

#include <string.h>

#include "import/hole.h"
#include "wire/shellwords.h"

/* From the left: where the words name a Gunicorn, the rest are its options; else a wrapper is taken off, and it is
 * asked again; the line of a shell is read as commands (launch_shell). Words that never lead to a Gunicorn become a
 * program as a whole, and what was set on the way is taken back (draft_restore). */

enum { DEPTH_MAX = 8 };

void
launch_part(struct launch *l, const char *directive, const char *value, enum fate fate, const char *key,
	const char *reason)
{
	struct arena *arena = l->import->arena;

	ledger_add_part(&l->import->ledger, l->entry, hole_show(arena, directive), hole_show(arena, value), fate, key,
		reason);
}

bool
launch_set(struct launch *l, const char *directive, const char *shown, enum key_id key, const char *value,
	const char *note)
{
	struct arena *arena = l->import->arena;
	const char *reason = note;
	struct err err;

	if (!draft_set(l->draft, key, value, note, &err)) {
		launch_part(l, directive, shown, FATE_LOST, "", arena_copy_string(arena, err.text));
		return false;
	}
	if (hole_is_in(value))
		reason = arena_printf(arena, "%s%sfill in: %s", note, note[0] != '\0' ? "; " : "",
			hole_list(arena, value));
	launch_part(l, directive, shown, FATE_KEPT, conf_keys[key].name, reason);
	return true;
}

const char *
launch_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/* ---- what is run ---- */

bool
launch_is_python(const char *word)
{
	const char *base = launch_base(word);

	return strncmp(base, "python", 6) == 0 && strspn(base + 6, "0123456789.") == strlen(base + 6);
}

/* Distributions call it gunicorn3 and the like. */
static bool
is_gunicorn(const char *base)
{
	static const char *const names[] = { "gunicorn", "gunicorn3", "gunicorn-3", "python3-gunicorn", "gunicorn2",
		"gunicorn_paster" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(base, names[i]) == 0)
			return true;
	return strncmp(base, "gunicorn-", 9) == 0 && strspn(base + 9, "0123456789.") == strlen(base + 9);
}

static bool
is_module(const char *word)
{
	return strcmp(word, "gunicorn") == 0 || strncmp(word, "gunicorn.", 9) == 0;
}

/* How many WORDS, the first one being a Python, lead to a Gunicorn: "-m gunicorn" or its script; 0 when they do not. */
static uint32_t
length_of_python(const char *const *at, uint32_t count)
{
	uint32_t i = 1;

	while (i < count && at[i][0] == '-' && strcmp(at[i], "-m") != 0)
		i += strcmp(at[i], "-W") == 0 || strcmp(at[i], "-X") == 0 ? 2 : 1;
	if (i + 1 < count && strcmp(at[i], "-m") == 0)
		return is_module(at[i + 1]) ? i + 2 : 0;
	return i < count && is_gunicorn(launch_base(at[i])) ? i + 1 : 0;
}

/* How many WORDS name a Gunicorn; 0 when they do not. A variable with such a name is believed, and one that a module follows is
 * a Python. What begins with -m stands behind a wrapper that runs Python itself. */
uint32_t
launch_length(const char *const *at, uint32_t count)
{
	const char *base = launch_base(at[0]);
	uint32_t n;

	if (is_gunicorn(base))
		return 1;
	if (strcmp(at[0], "-m") == 0)
		return count > 1 && is_module(at[1]) ? 2 : 0;
	n = launch_is_python(base) || hole_is_in(at[0]) ? length_of_python(at, count) : 0;
	if (n > 0 && (launch_is_python(base) || strcmp(at[n - 2], "-m") == 0))
		return n;
	return hole_is_in(base) && strcasestr(base, "gunicorn") != NULL && strchr(base, '=') == NULL ? 1 : 0;
}

const char *
launch_quote(struct arena *arena, const char *const *at, uint32_t count)
{
	const char *line = "";

	for (uint32_t i = 0; i < count; i++)
		line = arena_printf(arena, "%s%s%s", line, i > 0 ? " " : "", draft_quote(arena, at[i]));
	return line;
}

/* The command key: nothing when it is a bare gunicorn, which conf looks for by itself. */
static void
set_command(struct launch *l)
{
	struct arena *arena = l->import->arena;
	const struct wordlist *c = &l->command;
	const char *first = c->at[0];

	if (c->count == 1 && strcmp(first, "gunicorn") == 0) {
		launch_part(l, "", first, FATE_KEPT, "", "");
		return;
	}
	/* where it is not known, the relative path of a command begins where the service does, here as there */
	if (strchr(first, '/') != NULL && (first[0] == HOLE_OPEN || l->draft->directory[0] != '\0'))
		c->at[0] = draft_path(l->draft, first);
	launch_set(l, "", launch_quote(arena, c->at, c->count), KEY_command, launch_quote(arena, c->at, c->count),
		launch_length(c->at, c->count) < c->count ? "which Gunicorn it is cannot be seen through this wrapper: "
							    "settings that depend on its version are not made" :
							    "");
}

/* From here on it is a Gunicorn's service: what stands in front of these words has been taken off, what follows are its
 * options. */
static void
found_gunicorn(struct launch *l, const char *const *at, uint32_t count, uint32_t length)
{
	l->draft->kind = CONF_GUNICORN;
	for (uint32_t i = 0; i < length; i++)
		wordlist_add(&l->command, at[i]);
	if (l->command.count == 0)
		return;
	set_command(l);
	options_take(l, at + length, count - length);
	ledger_sum(&l->import->ledger, l->entry);
}

/* ---- programs ---- */

/* Whether the hole at OPEN is "${X}", or with BARE, "$X": what is in the environment when the service is started. */
static bool
is_variable(const char *open, bool bare)
{
	return open[1] == '$' && (open[2] == '{' || bare);
}

/* WORD for a shell that replaces its variables as systemd would have: "$X" where it is a word of its own, and split at
 * blanks then; "${X}" anywhere. Everything else is meant as it stands. */
static const char *
shell_word(struct arena *arena, const char *word)
{
	char *buffer = arena_alloc(arena, 2 * strlen(word) + 3), *to = buffer;
	const char *close = strchr(word, HOLE_CLOSE);

	if (buffer == NULL || (word[0] == HOLE_OPEN && close[1] == '\0' && is_variable(word, true) && word[2] != '{'))
		return hole_show(arena, word);
	*to++ = '"';
	for (; *word != '\0'; word++) {
		if (*word == HOLE_OPEN && is_variable(word, true)) {
			if (!is_variable(word, false))
				*to++ = '\\';
			for (word++; *word != HOLE_CLOSE; word++)
				*to++ = *word;
			continue;
		}
		if (strchr("\"\\`$", *word) != NULL)
			*to++ = '\\';
		*to++ = *word;
	}
	*to = '"';
	return buffer;
}

static bool
has_variables(const struct conf_words *words)
{
	for (uint32_t i = 0; i < words->count; i++)
		for (const char *c = words->at[i]; (c = strchr(c, HOLE_OPEN)) != NULL; c++)
			if (is_variable(c, true))
				return true;
	return false;
}

/* The first word of a command: a path that begins with what is to be filled in begins at the root, most likely. */
static const char *
first_word(const struct launch *l, const char *word)
{
	return word[0] == HOLE_OPEN && !is_variable(word, true) && strchr(word, '/') != NULL ?
		draft_path(l->draft, word) :
		word;
}

/* The command of a program. What is in the environment then, nobody knows now: a shell replaces it, the command's own where
 * it is one. */
static const char *
program_text(struct launch *l)
{
	struct arena *arena = l->import->arena;
	struct wordlist words = { .arena = arena };
	const struct conf_words *original = &l->original;
	bool variables = has_variables(original);
	const char *script = "exec";

	for (uint32_t i = 0; i < original->count; i++) {
		const char *word = i == 0 ? first_word(l, original->at[i]) : original->at[i];

		wordlist_add(&words, variables ? hole_show(arena, word) : word);
		script = arena_printf(arena, "%s %s", script, shell_word(arena, word));
	}
	if (!variables || wrapper_shell_line(original->at, original->count) != NULL)
		return launch_quote(arena, words.at, words.count);
	return arena_printf(arena, "/bin/sh -c %s", draft_quote(arena, script));
}

static const char no_gunicorn[] =
	"no Gunicorn is to be seen in it: it is supervised as a program, without Gunicorn's "
	"replacement, scaling and readiness; where it starts one, import that command line (--command)";

static const char in_front[] =
	"what stands around Gunicorn is not known here: it is supervised as a program, without Gunicorn's "
	"replacement, scaling and readiness; where it can be left out, import the command line without it (--command)";

static const char of_procfile[] =
	"it starts what its Procfile says, supervised as one program: bridle import Procfile makes a service of each line";

static const char *
why_program(const struct launch *l)
{
	static const char *const starters[] = { "honcho", "foreman", "forego", "overmind", "hivemind" };
	const struct conf_words *words = &l->original;

	for (size_t i = 0; words->count > 0 && i < sizeof starters / sizeof starters[0]; i++)
		if (strcmp(launch_base(words->at[0]), starters[i]) == 0)
			return of_procfile;
	for (uint32_t i = 1; i < words->count; i++)
		if (is_gunicorn(launch_base(words->at[i])) || strstr(words->at[i], "gunicorn ") != NULL)
			return in_front;
	return no_gunicorn;
}

/* Settle by REASON, as one, or with what was there before as its last part. */
static void
settle_program(struct launch *l, const char *text, enum fate fate, const char *key, const char *reason)
{
	l->entry->last_part = l->given;
	if (l->given == NULL) {
		l->entry->parts = NULL;
		ledger_settle(&l->import->ledger, l->entry, fate, key, "%s", reason);
		return;
	}
	l->given->next = NULL;
	launch_part(l, "", text, fate, key, reason);
	ledger_sum(&l->import->ledger, l->entry);
}

void
launch_program(struct launch *l)
{
	struct arena *arena = l->import->arena;
	const char *text;
	struct err err;

	/* the command as a whole does what its parts would have been kept for */
	draft_restore(l->draft, &l->before);
	l->draft->kind = CONF_PROGRAM;
	text = program_text(l);
	if (!draft_set(l->draft, KEY_command, text, "", &err))
		settle_program(l, text, FATE_LOST, "", arena_copy_string(arena, err.text));
	else
		settle_program(l, text, FATE_KEPT, "command",
			arena_printf(arena, "%s%s", why_program(l),
				has_variables(&l->original) ? "; a shell replaces its variables" : ""));
}

static void
take_words(struct launch *l, const char *const *at, uint32_t count)
{
	while (count > 0) {
		uint32_t length = launch_length(at, count);
		const char *shell = NULL;

		if (length > 0) {
			found_gunicorn(l, at, count, length);
			return;
		}
		length = wrapper_take(l, at, count, &shell);
		if (shell != NULL && ++l->depth < DEPTH_MAX) {
			launch_shell(l, shell);
			return;
		}
		if (length == 0 || length > count || shell != NULL)
			break;
		at += length;
		count -= length;
	}
	launch_program(l);
}

static bool
is_one_variable(const char *word)
{
	const char *close = word[0] == HOLE_OPEN ? strchr(word, HOLE_CLOSE) : NULL;

	return close != NULL && close[1] == '\0' && word[2] != '{';
}

/* systemd.exec(5), EnvironmentFile=: its settings override those of Environment=, and what it holds is not known. */
static void
hint_files(struct draft *d)
{
	if (draft_has(d, KEY_environment_file))
		wordlist_add(&d->hints,
			"The command's variables are filled in as Environment= has them: where environment_file sets "
			"one, too, that value is the one to write.");
}

/* WORDS with what is known filled in. A whole word that is a variable is split at blanks, as systemd and an unquoted
 * shell do. */
static struct conf_words
fill(struct launch *l, struct conf_words words)
{
	struct wordlist filled = { .arena = l->import->arena };

	for (uint32_t i = 0; i < words.count; i++) {
		const char *note = NULL;
		const char *word = hole_fill(filled.arena, words.at[i], &l->draft->variables, &note), *rest = word;
		char *piece = arena_alloc(filled.arena, strlen(word) + 1);
		bool whole = is_one_variable(words.at[i]);

		if (note != NULL)
			wordlist_add(&l->draft->hints, note);
		else if (strcmp(word, words.at[i]) != 0)
			hint_files(l->draft);
		if (!whole || hole_is_in(word) || piece == NULL) {
			wordlist_add(&filled, word);
			continue;
		}
		while (execline_next(&rest, piece, NULL) == WORD_TAKEN)
			wordlist_add(&filled, arena_copy_string(filled.arena, piece));
	}
	return (struct conf_words){ .at = filled.at, .count = filled.count };
}

void
launch_begin(struct launch *l, struct conf_words words)
{
	l->original = words;
	l->before = draft_save(l->draft);
	l->given = l->entry->last_part;
}

void
launch_words(struct launch *l, struct conf_words words)
{
	struct conf_words filled = fill(l, words);

	l->command.arena = l->import->arena;
	if (l->original.count == 0)
		launch_begin(l, filled.count > 0 ? filled : words);
	if (filled.count == 0)
		import_broken(l->import, l->entry, "there is no command in it");
	else
		take_words(l, filled.at, filled.count);
}
