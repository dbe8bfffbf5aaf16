/*
 * check_habits -- what other files and programs understand and this one does not: comments behind values, operators of a shell.
 */
#include "conf/check_rules.h"

#include <string.h>

#include "conf/comment.h"
#include "conf/keys.h"
#include "conf/values.h"

/* Behind the word at P: where its quotes and backslashes let it end, as words.c has it. */
static const char *
skip_word(const char *p)
{
	char quote = '\0';

	for (; *p != '\0' && (quote != '\0' || strchr(" \t", *p) == NULL); p++) {
		if (*p == '\\' && quote != '\'' && p[1] != '\0')
			p++;
		else if (quote == '\0' && (*p == '\'' || *p == '"'))
			quote = *p;
		else if (*p == quote)
			quote = '\0';
	}
	return p;
}

/* A ; is none here: it stands between commands, and find(1) has one. */
static bool
is_operator(const char *word, size_t n)
{
	static const char *const whole[] = { "&&", "||", "|", "&" };
	static const char *const beginnings[] = { ">", "<", "1>", "2>", "&>" };

	for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++)
		if (strlen(whole[i]) == n && strncmp(word, whole[i], n) == 0)
			return true;
	for (size_t i = 0; i < sizeof beginnings / sizeof beginnings[0]; i++)
		if (strncmp(word, beginnings[i], strlen(beginnings[i])) == 0)
			return true;
	return false;
}

/* The first word of COMMAND, as it was written, that is an operator of the shell's, and its length; NULL: there is none. What is
 * quoted is meant as a word, and what sh -c gets is. */
static const char *
find_operator(const char *command, size_t *n)
{
	while (*(command += strspn(command, " \t")) != '\0') {
		const char *end = skip_word(command);

		*n = (size_t)(end - command);
		if (is_operator(command, *n))
			return command;
		command = end;
	}
	return NULL;
}

/* A list may have several lines, and each is complained of where it is. */
static void
check_setting(const struct conf *conf, const char *name, const struct conf_setting *setting, struct conf_report *report)
{
	const struct value_kind *kind = key_places[key_id(setting->key)].kind;
	const char *comment = comment_in_taken(setting->key, setting->value), *found;
	size_t n;

	if (comment != NULL)
		conf_complain(report, CONF_WARNING, conf->files[setting->file], setting->line,
			"%s: %s: '%.60s' is a part of the value: a comment needs a line of its own", name,
			setting->key->name, comment);
	if (kind != &value_kind_argv && kind != &value_kind_commands && kind != &value_kind_onecommand)
		return;
	found = find_operator(setting->value, &n);
	if (found != NULL)
		conf_complain(report, CONF_WARNING, conf->files[setting->file], setting->line,
			"%s: %s: '%.*s' is a word for the program, for no shell is run: write sh -c '...'", name,
			setting->key->name, (int)(n < 60 ? n : 60), found);
}

void
check_habits(const struct conf *conf, const struct conf_section *section, struct conf_report *report)
{
	const char *name = section->kind == CONF_BRIDLE ? "[bridle]" : section->name;

	for (uint32_t i = 0; i < section->count; i++)
		check_setting(conf, name, &section->settings[i], report);
}
