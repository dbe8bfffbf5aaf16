/*
 * hook.c -- a line is taken apart into words, and each command put together again, quoted: from then on one string is one
 * command, which any list of words can hold.
 */
#include "conf/hook.h"

#include <string.h>

#include "conf/find.h"
#include "conf/words.h"

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
check_command(const struct conf_words *words, uint32_t first, uint32_t end, struct err *err)
{
	const char *program = first < end ? words->at[first] : "";

	program += strspn(program, "-+");
	if (*program == '\0')
		return err_set(err, 0, "there is nothing to run");
	return refuse_prefix(*program, err);
}

bool
hook_split(struct arena *arena, const char *line, struct conf_words *commands, struct err *err)
{
	struct conf_words words;
	const char **at;
	uint32_t count = 0, first = 0;

	*commands = words_none();
	if (!words_split(arena, line, false, &words, err))
		return false;
	at = arena_alloc(arena, (words.count + 1) * sizeof *at);
	for (uint32_t i = 0; at != NULL && i <= words.count; i++) {
		if (i < words.count && strcmp(words.at[i], ";") != 0)
			continue;
		if (i == words.count && first == i && count > 0)
			break; /* a ; at the end separates nothing */
		if (!check_command(&words, first, i, err))
			return false;
		at[count++] = words_join(arena, &(struct conf_words){ words.at + first, i - first }, " ");
		first = i + 1;
	}
	if (at != NULL)
		*commands = (struct conf_words){ .at = at, .count = count };
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
