#include "cli/arguments.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

const struct option_entry arguments_options[OPTION_COUNT] = {
#define X(id, letter, name, value, meaning) [OPTION_##id] = { letter, name, value, meaning },
	ARGUMENTS_OPTIONS(X)
#undef X
};

/* The rest of the command line. */
struct feed {
	char **at, **end;
};

/* WORD: without its dashes, perhaps with "=value" behind it. */
static bool
unknown_option(const char *word, struct err *err)
{
	char name[64]; /* what is longer is like none of ours */
	const char *nearest = NULL;
	unsigned best = 3; /* more edits than that are another word */

	snprintf(name, sizeof name, "%.*s", (int)strcspn(word, "="), word);

	for (unsigned i = 0; i < OPTION_COUNT; i++) {
		unsigned d = text_distance(name, arguments_options[i].name);

		if (d < best) {
			best = d;
			nearest = arguments_options[i].name;
		}
	}
	if (nearest != NULL)
		return err_set(err, 0, "unknown option '--%s'; did you mean --%s?", name, nearest);
	return err_set(err, 0, "unknown option '--%s'", name);
}

/* What is attached counts, even where it is empty; else the next word does, whatever it looks like, as with
 * getopt_long(3). */
static bool
take_value(struct arguments *a, unsigned id, const char *attached, struct feed *feed, struct err *err)
{
	if (attached == NULL && feed->at < feed->end)
		attached = *feed->at++;
	if (attached == NULL)
		return err_set(err, 0, "--%s needs a value: --%s %s", arguments_options[id].name,
			arguments_options[id].name, arguments_options[id].value);
	a->value[id] = attached;
	return true;
}

/* "--name", "--name=value", "--name value". Names in full only: an abbreviation that scripts use today would mean two things when
 * an option is added. */
static bool
take_long(struct arguments *a, const char *word, struct feed *feed, struct err *err)
{
	const char *equals = strchr(word, '=');
	size_t length = equals != NULL ? (size_t)(equals - word) : strlen(word);

	for (unsigned i = 0; i < OPTION_COUNT; i++) {
		const struct option_entry *o = &arguments_options[i];

		if (strncmp(o->name, word, length) != 0 || o->name[length] != '\0')
			continue;
		a->given |= 1u << i;
		if (o->value != NULL)
			return take_value(a, i, equals != NULL ? equals + 1 : NULL, feed, err);
		if (equals != NULL)
			return err_set(err, 0, "--%s takes no value", o->name);
		return true;
	}
	return unknown_option(word, err);
}

/* "-f", "-fn5", "-n 5": letters until one takes a value */
static bool
take_letters(struct arguments *a, const char *letters, struct feed *feed, struct err *err)
{
	for (; *letters != '\0'; letters++) {
		unsigned i = 0;

		while (i < OPTION_COUNT && arguments_options[i].letter != *letters)
			i++;
		if (i == OPTION_COUNT)
			return err_set(err, 0, "unknown option '-%c'", *letters);
		a->given |= 1u << i;
		if (arguments_options[i].value != NULL)
			return take_value(a, i, letters[1] != '\0' ? letters + 1 : NULL, feed, err);
	}
	return true;
}

/* A lone "-" and numbers such as -1 are no options. */
static bool
is_option(const char *word)
{
	return word[0] == '-' && word[1] != '\0' && !(word[1] >= '0' && word[1] <= '9');
}

static void
take_operand(struct arguments *a, char *word)
{
	if (a->command == NULL)
		a->command = word;
	else
		a->operands[a->count++] = word;
}

bool
arguments_parse(struct arguments *a, int argc, char **argv, struct err *err)
{
	struct feed feed = { argv + (argc > 0), argv + argc };
	bool options = true;

	/* operands go where words that were read have been: never ahead of feed.at */
	*a = (struct arguments){ .operands = argv };
	while (feed.at < feed.end) {
		char *word = *feed.at++;

		if (!options || !is_option(word)) {
			take_operand(a, word);
		} else if (strcmp(word, "--") == 0) {
			options = false;
		} else if (word[1] == '-') {
			if (!take_long(a, word + 2, &feed, err))
				return false;
		} else if (!take_letters(a, word + 1, &feed, err)) {
			return false;
		}
	}
	return true;
}
