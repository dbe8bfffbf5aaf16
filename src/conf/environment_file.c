/*
 * environment_file.c -- systemd's grammar (systemd.exec(5), EnvironmentFile=), read byte by byte into a scratch area.
 * Values may be secrets, so no message says more than the line and the name.
 */
#include "conf/environment_file.h"

#include <string.h>

#include "conf/digest.h"
#include "conf/values.h"

static const char blanks[] = " \t", line_ends[] = "\n\r";

struct reader {
	const char *at;
	unsigned line;
};

static bool
at_end(const struct reader *r)
{
	return *r->at == '\0' || strchr(line_ends, *r->at) != NULL;
}

static void
skip_blanks(struct reader *r)
{
	r->at += strspn(r->at, blanks);
}

/* One byte on. */
static void
advance(struct reader *r)
{
	if (*r->at++ == '\n')
		r->line++;
}

/* Behind a backslash: the end of a line goes, with a carriage return before it. Returns whether it was one. */
static bool
skip_line_end(struct reader *r)
{
	if (*r->at == '\r' && r->at[1] == '\n')
		r->at++;
	if (*r->at == '\0' || strchr(line_ends, *r->at) == NULL)
		return false;
	advance(r);
	return true;
}

/* Without quotes: to the end of its line, blanks at its end dropped; a backslash takes the next character as it is, or joins
 * the next line. */
static char *
take_plain(struct reader *r, char *to)
{
	char *end = to; /* behind the last byte that stays */

	while (!at_end(r)) {
		/* a blank at the end stays where it was escaped */
		bool escaped = *r->at == '\\';

		r->at += escaped;
		if (escaped && (skip_line_end(r) || *r->at == '\0'))
			continue;
		*to++ = *r->at++;
		if (escaped || strchr(blanks, to[-1]) == NULL)
			end = to;
	}
	return end;
}

/* Within double quotes a backslash is one but before these, and joins lines. */
static bool
is_escaped(struct reader *r)
{
	return r->at[1] != '\0' && strchr("\"\\`$", r->at[1]) != NULL;
}

/* From quote to quote, over lines. NULL when it is not closed. */
static char *
take_quoted(struct reader *r, char *to)
{
	const char quote = *r->at++;

	for (; *r->at != quote; advance(r)) {
		if (*r->at == '\0')
			return NULL;
		if (quote == '"' && *r->at == '\\') {
			if (is_escaped(r)) {
				r->at++;
			} else if (r->at[1] == '\n') {
				r->at++;
				continue;
			}
		}
		*to++ = *r->at;
	}
	r->at++;
	return to;
}

static bool
take_value(struct reader *r, char *to, struct err *err)
{
	char *end;

	skip_blanks(r);
	if (*r->at != '"' && *r->at != '\'') {
		end = take_plain(r, to);
	} else {
		end = take_quoted(r, to);
		if (end == NULL)
			return err_set(err, 0, "a quote is not closed");
		skip_blanks(r);
		if (!at_end(r))
			return err_set(err, 0, "nothing may follow the closing quote");
	}
	*end = '\0';
	return true;
}

/* NAME, blanks, =. Returns its length, with r->at behind the =; 0 when there is none. */
static size_t
take_name(struct reader *r, const char **name)
{
	size_t n;

	if (strncmp(r->at, "export", 6) == 0 && r->at[6] != '\0' && strchr(blanks, r->at[6]) != NULL)
		r->at += 6 + strspn(r->at + 6, blanks);
	*name = r->at;
	n = strcspn(r->at, "=\n\r");
	if (r->at[n] != '=')
		return 0;
	r->at += n + 1;
	while (n > 0 && strchr(blanks, (*name)[n - 1]) != NULL)
		n--;
	return n;
}

/* SCRATCH has room for all that is left. */
static bool
take_assignment(struct environment *env, struct reader *r, char *scratch, struct err *err)
{
	const char *name;
	size_t n = take_name(r, &name);

	if (!value_is_name(name, n))
		return err_set(err, 0, "expected NAME=value");
	if (environment_is_reserved(name, n))
		return err_set(err, 0, "%.*s is Bridle's own to set", (int)n, name);
	if (env->words.count >= ENVIRONMENT_MAX)
		return err_set(err, 0, "more than %d variables", ENVIRONMENT_MAX);
	if (!take_value(r, scratch, err))
		return false;
	environment_put(env, arena_printf(env->words.arena, "%.*s=%s", (int)n, name, scratch), n);
	return true;
}

bool
environment_take(struct environment *env, const char *name, const char *text, struct err *err)
{
	/* a value is never longer than what it is taken from */
	char *scratch = arena_alloc(env->words.arena, strlen(text) + 1);
	struct reader r = { text, 1 };

	if (scratch == NULL)
		return err_set(err, 0, "not enough memory");
	while (*r.at != '\0') {
		/* where it begins: a quoted value may end many lines below */
		unsigned line = r.line;

		skip_blanks(&r);
		if (*r.at == '#' || *r.at == ';')
			r.at += strcspn(r.at, line_ends);
		else if (!at_end(&r) && !take_assignment(env, &r, scratch, err))
			return err_prefix(err, "%s:%u", name, line);
		if (*r.at != '\0')
			advance(&r);
	}
	return true;
}

/* An environment file is part of the configuration: a reload is to see that it changed. */
uint64_t
environment_files_digest(const struct conf_section *section)
{
	const struct conf_setting *setting = conf_setting_of(section, "environment_file");
	const struct conf_words *files = setting == NULL ? NULL : setting->decoded;
	uint64_t digest = DIGEST_INIT;

	for (uint32_t i = 0; files != NULL && i < files->count; i++)
		/* between them a NUL, which no text file has: what moves from one to the next changes the digest; a - in front
		 * is no part of the name */
		digest = digest_file(digest_bytes(digest, "", 1), files->at[i] + (files->at[i][0] == '-'));
	return files == NULL || files->count == 0 ? 0 : digest;
}
