/*
 * hook.c -- a line is taken apart into words, and each command put together again, quoted: from then on one string is one
 * command, which any list of words can hold.
 */
#include "conf/hook.h"

#include <string.h>

#include "conf/find.h"
#include "conf/wordlist.h"
#include "conf/words.h"

static const char blanks[] = " \t\n";

/* What systemd has beside ours: refused with a word on what it would mean. */
static bool
refuse_prefix(char prefix, struct err *err)
{
	switch (prefix) {
	case '@': return err_set(err, 0, "the prefix @ (a name of one's own) cannot be had: - and + can");
	case ':': return err_set(err, 0, "the prefix : is not needed: nothing is expanded");
	case '!': return err_set(err, 0, "the prefix ! cannot be had: + runs a command as bridled's own user");
	case '|': return err_set(err, 0, "the prefix | cannot be had: write /bin/sh -c '...'");
	default: return true;
	}
}

/* Prefixes are looked at when the line is read, whether the program is there when the service is planned. */
static bool
check_command(const struct conf_words *words, struct err *err)
{
	const char *program = words->count > 0 ? words->at[0] : "";

	program += strspn(program, "-+");
	if (*program == '\0')
		return err_set(err, 0, "there is nothing to run");
	return refuse_prefix(*program, err);
}

static const char *
skip_quoted(const char *at)
{
	const char quote = *at++;

	for (; *at != '\0' && *at != quote; at++)
		if (quote == '"' && *at == '\\' && at[1] != '\0')
			at++;
	return at + (*at != '\0');
}

static const char *
skip_word(const char *at)
{
	while (*at != '\0' && strchr(blanks, *at) == NULL)
		if (*at == '\'' || *at == '"')
			at = skip_quoted(at);
		else
			at += 1 + (*at == '\\' && at[1] != '\0');
	return at;
}

/* Length of the command that LINE begins with, up to a ; of its own or the end. Looked for in what is written, not among its
 * words: quoted, or behind a backslash, it is a word itself (find -exec wants one). */
static size_t
command_length(const char *line)
{
	const char *at = line + strspn(line, blanks);

	while (*at != '\0' && (*at != ';' || strchr(blanks, at[1]) == NULL)) { /* strchr(3) finds the NUL, too */
		at = skip_word(at);
		at += strspn(at, blanks);
	}
	return (size_t)(at - line);
}

bool
hook_split(struct arena *arena, const char *line, struct conf_words *commands, struct err *err)
{
	struct wordlist list = { .arena = arena };
	struct conf_words words;
	size_t n;

	*commands = words_none();
	for (;; line += n + 1) {
		n = command_length(line);
		if (!words_split(arena, arena_copy(arena, line, n), false, &words, err))
			return false;
		if (line[n] == '\0' && words.count == 0 && list.count > 0)
			break; /* a ; at the end separates nothing */
		if (!check_command(&words, err))
			return false;
		wordlist_add(&list, words_join(arena, &words, " "));
		if (line[n] == '\0')
			break;
	}
	wordlist_add(&list, NULL); /* which ends it, and is none of them */
	if (!arena_failed(arena))
		*commands = (struct conf_words){ .at = list.at, .count = list.count - 1 };
	return true;
}

/* One that may fail and is not there is run all the same, and fails: what it was is in the log then. */
bool
hook_parse(struct arena *arena, const struct conf_service *service, const char *command, struct conf_hook *hook,
	struct err *err)
{
	char path[FIND_PATH_SIZE];
	size_t prefixes;

	*hook = (struct conf_hook){ .ignored = false };
	if (!words_split(arena, command, false, &hook->words, err) || hook->words.count == 0)
		return false;
	prefixes = strspn(hook->words.at[0], "-+");
	hook->ignored = memchr(hook->words.at[0], '-', prefixes) != NULL;
	hook->privileged = memchr(hook->words.at[0], '+', prefixes) != NULL;
	((const char **)hook->words.at)[0] += prefixes; /* the words were made here */
	hook->path = hook->words.at[0];
	if (find_program(service, hook->path, path, sizeof path, err))
		hook->path = arena_copy_string(arena, path);
	else if (!hook->ignored)
		return false;
	return true;
}

bool
hook_any(const struct conf_service *s)
{
	return s->exec_condition.count + s->exec_start_pre.count + s->ready_command.count + s->exec_start_post.count +
		s->exec_stop_post.count + s->on_failure.count >
		0;
}
