/*
 * words.c -- one pass over the line into one buffer, word behind word; then pointers to them. A shell's rules without its
 * expansions: nothing in a configuration file is run, matched or replaced.
 */
#include "conf/words.h"

#include <string.h>

#include "base/text.h"

static bool
is_between(char c, bool commas)
{
	return c == ' ' || c == '\t' || c == '\n' || (commas && c == ',');
}

/* Copy the quoted stretch that begins at LINE (at its quote) to *TO. Returns what follows it, NULL when it is
 * not closed. */
static const char *
take_quoted(const char *line, char **to)
{
	char quote = *line++;

	for (; *line != '\0' && *line != quote; line++) {
		if (quote == '"' && *line == '\\' && (line[1] == '"' || line[1] == '\\'))
			line++;
		*(*to)++ = *line;
	}
	return *line == quote ? line + 1 : NULL;
}

/* Copy one word from LINE to *TO, with a NUL. Returns what follows it, or NULL with ERR. */
static const char *
take_word(const char *line, bool commas, char **to, struct err *err)
{
	while (*line != '\0' && !is_between(*line, commas)) {
		if (*line == '\'' || *line == '"') {
			line = take_quoted(line, to);
			if (line == NULL) {
				err_set(err, 0, "a quote is not closed");
				return NULL;
			}
			continue;
		}
		if (*line == '\\' && *++line == '\0') {
			err_set(err, 0, "a backslash ends the value");
			return NULL;
		}
		*(*to)++ = *line++;
	}
	*(*to)++ = '\0';
	return line;
}

struct conf_words
words_none(void)
{
	static const char *const none[] = { NULL };

	return (struct conf_words){ .at = none };
}

/* Put the words of LINE into BUFFER, each with its NUL. False with ERR. */
static bool
split_into(char *buffer, const char *line, bool commas, uint32_t *count, struct err *err)
{
	for (*count = 0;; ++*count) {
		while (is_between(*line, commas))
			line++;
		if (*line == '\0')
			return true;
		line = take_word(line, commas, &buffer, err);
		if (line == NULL)
			return false;
	}
}

bool
words_split(struct arena *arena, const char *line, bool commas, struct conf_words *out, struct err *err)
{
	/* a word is never longer than what it came from, and its NUL replaces the blank behind it */
	char *buffer = arena_alloc(arena, strlen(line) + 1);
	const char **at;
	uint32_t count;

	*out = words_none();
	if (buffer == NULL)
		return err_set(err, 0, "not enough memory");
	if (!split_into(buffer, line, commas, &count, err))
		return false;
	at = arena_alloc(arena, (count + 1) * sizeof *at);
	if (at == NULL)
		return err_set(err, 0, "not enough memory");
	for (uint32_t i = 0; i < count; i++, buffer += strlen(buffer) + 1)
		at[i] = buffer;
	*out = (struct conf_words){ .at = at, .count = count };
	return true;
}

bool
words_quote(struct text *t, const char *word)
{
	/* at the start of a line, # and ; would make it a comment */
	if (*word != '\0' && strchr("#;", *word) == NULL && strpbrk(word, " \t\n,'\"\\") == NULL)
		return text_add(t, word);
	text_add(t, "\"");
	for (; *word != '\0'; word++) {
		if (*word == '"' || *word == '\\')
			text_add(t, "\\");
		text_addn(t, word, 1);
	}
	return text_add(t, "\"");
}

const char *
words_join(struct arena *arena, const struct conf_words *words, const char *between)
{
	size_t size = 1;
	struct text t;
	char *buffer;

	for (uint32_t i = 0; i < words->count; i++)
		size += 2 * strlen(words->at[i]) + 2 + strlen(between); /* each letter escaped, two quotes */
	buffer = arena_alloc(arena, size);
	if (buffer == NULL)
		return "";
	text_init(&t, buffer, size);
	for (uint32_t i = 0; i < words->count; i++) {
		text_add(&t, i > 0 ? between : "");
		words_quote(&t, words->at[i]);
	}
	return buffer;
}
