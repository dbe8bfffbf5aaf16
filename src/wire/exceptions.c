#include "wire/exceptions.h"

#include <string.h>

enum { NAME_MOST = 96 };

static const struct {
	enum exception kind;
	char name[40]; /* how the last part of the name ends */
	char words[100];
} exceptions[] = {
/* clang-format off */
#define EXCEPTION(kind, name, words) { EXCEPTION_##kind, name, words },
#include "wire/exceptions.def"
#undef EXCEPTION
	/* clang-format on */
};

static bool
is_identifier(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* Bytes of a dotted name at the beginning; 0 when there is none. */
static size_t
name_length(const char *line, size_t length)
{
	size_t n = 0;

	while (n < length && n < NAME_MOST && (is_identifier(line[n]) || (line[n] == '.' && n > 0)))
		n++;
	if (n == 0 || n == NAME_MOST || line[n - 1] == '.' || (line[0] >= '0' && line[0] <= '9'))
		return 0;
	return n;
}

static bool
ends_with(const char *line, size_t n, const char *end)
{
	size_t m = strlen(end);

	return n >= m && memcmp(line + n - m, end, m) == 0;
}

static bool
contains(const char *at, size_t n, const char *words)
{
	size_t m = strlen(words);

	return m == 0 || (n >= m && memmem(at, n, words, m) != NULL);
}

static enum exception
kind_of(const char *line, size_t name, const char *message, size_t length)
{
	for (unsigned i = 0; i < sizeof exceptions / sizeof exceptions[0]; i++)
		if (ends_with(line, name, exceptions[i].name) && contains(message, length, exceptions[i].words))
			return exceptions[i].kind;
	return EXCEPTION_NONE;
}

/* "OPENAI_API_KEY": two words of capitals at least, which is how variables are named and hardly anything else. Bytes of it,
 * or 0. */
static size_t
variable_length(const char *at, size_t n)
{
	size_t i = 0, parts = 0;

	while (i < n && ((at[i] >= 'A' && at[i] <= 'Z') || (at[i] >= '0' && at[i] <= '9') || at[i] == '_'))
		parts += at[i++] == '_' && i > 1;
	return parts > 0 && i > 4 && at[i - 1] != '_' ? i : 0;
}

/* Does the message say of a variable that it is not there? */
static bool
misses_variable(const char *at, size_t n)
{
	static const char *const missing[] = { "not set", "must be set", "is required", "is missing", "not found",
		"not defined", "not configured", "not provided", "must be provided", "Missing ", "missing " };
	bool named = false, misses = false;
	size_t first = variable_length(at, n);

	/* a sentence about it in a language of which nothing is known here */
	for (size_t i = first; first > 0 && i < n; i++)
		if ((at[i] & 0x80) != 0)
			return true;
	for (size_t i = 0; i < n && !named; i++)
		named = (i == 0 || !is_identifier(at[i - 1])) && variable_length(at + i, n - i) > 0;
	for (unsigned i = 0; named && i < sizeof missing / sizeof missing[0]; i++)
		misses = misses || contains(at, n, missing[i]);
	return misses;
}

/* "psycopg2.errors.UniqueViolation": packages call the module of their exceptions so, whatever they call these. Loggers are named
 * after modules and not after classes. */
static bool
is_of_exceptions(const char *line, size_t n)
{
	static const char *const modules[] = { ".errors.", ".exceptions.", ".exc." };

	for (unsigned i = 0; i < sizeof modules / sizeof modules[0]; i++) {
		size_t m = strlen(modules[i]);
		const char *at = memmem(line, n, modules[i], m);

		if (at != NULL && at[m] >= 'A' && at[m] <= 'Z' && memchr(at + m, '.', n - (size_t)(at + m - line)) == NULL)
			return true;
	}
	return false;
}

/* "word: something" is a log line or a header more often than an exception; a name with an upper-case letter in its last
 * part, or one of the old lower-case ones, is an exception. */
static bool
is_named_like_one(const char *line, size_t n)
{
	for (unsigned i = 0; i < sizeof exceptions / sizeof exceptions[0]; i++)
		if (*exceptions[i].name != '\0' && ends_with(line, n, exceptions[i].name))
			/* "error" is Python 2's of select and socket, alone or behind its module; "gaierror" has eight letters */
			return ends_with(line, n, "error") ? n == 5 || contains(line, n, ".") || n == 8 : true;
	return is_of_exceptions(line, n);
}

/* "SystemExit(1)": how some loggers write it, which have only the exception at hand. */
static bool
is_leaving(const char *line, size_t n, size_t length)
{
	return n == 10 && memcmp(line, "SystemExit", 10) == 0 && length > n + 1 && line[n] == '(' &&
		line[length - 1] == ')';
}

/* "Timeout: 120": a setting that somebody prints, as Airflow does, and no exception. */
static bool
is_setting(const char *line, size_t n, size_t length)
{
	for (size_t i = n + 2; i < length; i++)
		if (line[i] < '0' || line[i] > '9')
			return false;
	return n == 7 && memcmp(line, "Timeout", 7) == 0;
}

bool
exception_read(struct exception_line *e, const char *line, size_t length, bool any_name)
{
	size_t n = name_length(line, length);

	if (n == 0)
		return false;
	if (is_leaving(line, n, length)) {
		*e = (struct exception_line){ .kind = EXCEPTION_EXIT, .name = n, .message = n + 1 };
		return true;
	}
	if (n < length && line[n] != ':')
		return false;
	if (n + 1 < length && line[n + 1] != ' ')
		return false;
	if (!any_name && (!is_named_like_one(line, n) || is_setting(line, n, length)))
		return false;
	/* nor is a lonely word; Python 2 had "error: [Errno 104] …" */
	if (!any_name && n == 5 && n + 2 >= length)
		return false;
	/* "Error: …" is how Gunicorn and many others print, and no exception */
	if (n == 5 && memcmp(line, "Error", 5) == 0)
		return false;
	e->name = n;
	e->message = n + 2 < length ? n + 2 : length;
	e->kind = kind_of(line, n, line + e->message, length - e->message);
	if (e->kind == EXCEPTION_NONE)
		e->kind = EXCEPTION_OTHER;
	if (e->kind == EXCEPTION_OTHER && !ends_with(line, n, "NameError") &&
		misses_variable(line + e->message, length - e->message))
		e->kind = EXCEPTION_ENVIRONMENT;
	return true;
}
