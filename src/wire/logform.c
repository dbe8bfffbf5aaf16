#include "wire/logform.h"

#include <string.h>

#include "wire/stamp.h"

/* Layers that are peeled at most: a shipper's time, its stream, a container's name, a program, then Gunicorn's three. How far a
 * prefix of an unknown kind may reach. */
enum { LAYERS = 12, NAME_MOST = 64, STRANGE_MOST = 96 };

static const struct {
	const char *word;
	enum logform_level level;
} levels[] = {
	{ "DEBUG", LEVEL_DEBUG },
	{ "INFO", LEVEL_INFO },
	{ "WARNING", LEVEL_WARNING },
	{ "WARN", LEVEL_WARNING },
	{ "ERROR", LEVEL_ERROR },
	{ "CRITICAL", LEVEL_CRITICAL },
	{ "debug", LEVEL_DEBUG },
	{ "info", LEVEL_INFO },
	{ "warning", LEVEL_WARNING },
	{ "error", LEVEL_ERROR },
	{ "critical", LEVEL_CRITICAL },
	{ "notice", LEVEL_INFO },
	{ "warn", LEVEL_WARNING },
	{ "crit", LEVEL_CRITICAL },
	{ "alert", LEVEL_CRITICAL },
	{ "emerg", LEVEL_CRITICAL },
	{ "NOTICE", LEVEL_INFO },
	{ "DEFAULT", LEVEL_NONE },
	{ "ERR", LEVEL_NONE },
	{ "OUT", LEVEL_NONE },
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_name(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.' || c == '-' ||
		c == '/';
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static void
drop(struct logform *f, size_t n)
{
	f->message += n;
	f->length -= n;
}

static size_t
count_blanks(const struct logform *f, size_t from)
{
	size_t n = from;

	while (n < f->length && (f->message[n] == ' ' || f->message[n] == '\t'))
		n++;
	return n - from;
}

static size_t
count_digits(const struct logform *f, size_t from)
{
	size_t n = from;

	while (n < f->length && is_digit(f->message[n]))
		n++;
	return n - from;
}

static size_t
count_name(const struct logform *f, size_t from)
{
	size_t n = from;

	while (n < f->length && n - from < NAME_MOST && is_name(f->message[n]))
		n++;
	return n - from;
}

static bool
byte_is(const struct logform *f, size_t at, char c)
{
	return at < f->length && f->message[at] == c;
}

static bool
begins(const struct logform *f, size_t at, const char *word)
{
	size_t n = strlen(word);

	return f->length >= at + n && memcmp(f->message + at, word, n) == 0;
}

static int32_t
number_at(const struct logform *f, size_t at, size_t digits)
{
	int32_t value = 0;

	for (size_t i = 0; i < digits && i < 9; i++)
		value = value * 10 + (f->message[at + i] - '0');
	return value;
}

/* What a layer is followed by is left of what it separates: one blank belongs to it, more are indentation. */
static bool
peel(struct logform *f, size_t n)
{
	drop(f, n + (byte_is(f, n, ' ') ? 1 : 0));
	return true;
}

/* A time, bare or in brackets. */
static bool
peel_stamp(struct logform *f)
{
	size_t open = byte_is(f, 0, '[') ? 1 : 0, n;
	int64_t second;

	if (f->length < open + 8)
		return false;
	n = stamp_read(f->message + open, f->length - open, &second);
	if (n == 0 || (open == 1 && !byte_is(f, open + n, ']')))
		return false;
	f->second = second;
	f->stamps++;
	f->dated = f->message[open] > '9';
	return peel(f, n + 2 * open);
}

/* "[123]" is Gunicorn's process, "[ 4412.006670]" the kernel's clock. */
static bool
peel_number(struct logform *f)
{
	size_t blanks = count_blanks(f, 1), n = count_digits(f, 1 + blanks), end = 1 + blanks + n;

	if (!byte_is(f, 0, '[') || n == 0)
		return false;
	if (byte_is(f, end, '.')) {
		size_t close = end + 1 + count_digits(f, end + 1);

		return byte_is(f, close, ']') && peel(f, close + 1);
	}
	if (blanks > 0 || !byte_is(f, end, ']'))
		return false;
	f->pid = number_at(f, 1, n);
	return peel(f, end + 1);
}

static void
take_level(struct logform *f, enum logform_level level)
{
	if (level == LEVEL_NONE)
		return;
	f->level = level;
	f->header = f->pid > 0 ? HEADER_PID : HEADER_LEVEL;
}

/* "ERROR - ", "ERROR in glogging: " (Flask): what stands between a level and its message. */
static size_t
skip_module(const struct logform *f, size_t end)
{
	size_t n;

	if (begins(f, end, " - "))
		return 2;
	if (!begins(f, end, " in "))
		return 0;
	n = count_name(f, end + 4);
	return n > 0 && begins(f, end + 4 + n, ": ") ? 5 + n : 0;
}

/* "[ERROR]", "ERROR", "ERROR:", "ERROR -", each followed by a blank. What a shipper says of a line stands to the left of
 * what its writer says, so the last one counts. */
static bool
peel_level(struct logform *f)
{
	size_t open = byte_is(f, 0, '[') ? 1 : 0;

	if (f->length == 0 || (open == 0 && (f->message[0] < 'A' || f->message[0] > 'Z')))
		return false;
	for (unsigned i = 0; i < sizeof levels / sizeof levels[0]; i++) {
		size_t end = open + strlen(levels[i].word);

		if (!begins(f, open, levels[i].word))
			continue;
		if (open == 1 ? !byte_is(f, end, ']') : !(byte_is(f, end, ' ') || byte_is(f, end, ':')))
			continue;
		/* "error: [Errno 104]" is an exception of Python 2, "info about" a sentence */
		if (open == 0 && levels[i].word[0] >= 'a')
			continue;
		end += open == 1 || byte_is(f, end, ':') ? 1 : 0;
		if (open == 0 && !byte_is(f, end, ' ') && !begins(f, end, "gunicorn.error:"))
			continue;
		/* padded, it is a column of a shipper, which says ERROR of all that was written to stderr */
		if (open == 1 || count_blanks(f, end) < 2)
			take_level(f, levels[i].level);
		return peel(f, end + skip_module(f, end));
	}
	return false;
}

/* "web_1  | ": docker compose; "web stderr | ": others. */
static bool
peel_container(struct logform *f)
{
	size_t n = count_name(f, 0), blanks;

	if (begins(f, n, " stderr |") || begins(f, n, " stdout |"))
		n += 7;
	blanks = count_blanks(f, n);
	return n > 0 && blanks > 0 && byte_is(f, n + blanks, '|') && peel(f, n + blanks + 1);
}

/* "stderr F ": the container runtime interface of Kubernetes, after its time. */
static bool
peel_stream(struct logform *f)
{
	if (!begins(f, 0, "stderr ") && !begins(f, 0, "stdout "))
		return false;
	return (byte_is(f, 7, 'F') || byte_is(f, 7, 'P')) && byte_is(f, 8, ' ') && peel(f, 8);
}

/* "gunicorn[932]: ", "app[web.1]: ", "kernel: ", with or without a host's name in front. */
static bool
peel_program(struct logform *f)
{
	size_t host = count_name(f, 0), at = 0, n, close;

	if (f->header != HEADER_NONE || host == 0)
		return false; /* only in front of Gunicorn's header */
	if (f->second >= 0 && byte_is(f, host, ' '))
		at = host + 1;
	n = count_name(f, at);
	close = at + n;
	if (n == 0)
		return false;
	if (byte_is(f, close, '[') && (f->second >= 0 || count_digits(f, close + 1) > 0)) {
		close += 1 + count_name(f, close + 1);
		if (!byte_is(f, close, ']'))
			return false;
		close++;
	} else if (!begins(f, at, "kernel:") && (at == 0 || !f->dated)) {
		return false; /* "Handling signal: " and "ValueError: " look like programs, too */
	}
	return byte_is(f, close, ':') && byte_is(f, close + 1, ' ') && peel(f, close + 1);
}

/* "[APP/PROC/WEB/0] ", "[pod/web-1/web] ", "[MainThread] ", "{glogging.py:123} ": where it comes from. */
static bool
peel_source(struct logform *f)
{
	char close = byte_is(f, 0, '{') ? '}' : ']';
	size_t n = count_name(f, 1);

	if (n < 2)
		return false;
	if (byte_is(f, 1 + n, ':'))
		n += 1 + count_digits(f, n + 2);
	return byte_is(f, 1 + n, close) && byte_is(f, n + 2, ' ') && peel(f, n + 2);
}

/* "123 ERROR ": the process without brackets. */
static bool
peel_process(struct logform *f)
{
	size_t n = count_digits(f, 0);
	struct logform after = *f;

	if (n == 0 || n > 7 || f->second < 0 || f->header != HEADER_NONE || !byte_is(f, n, ' '))
		return false;
	peel(&after, n);
	after.pid = number_at(f, 0, n);
	if (!peel_level(&after))
		return false;
	*f = after;
	return true;
}

/* "app[5683d92] lhr [info]": a machine, its region, and a level that says nothing. */
static bool
peel_machine(struct logform *f)
{
	size_t name = count_name(f, 0), id = count_name(f, name + 1), at = name + id + 3, region = count_name(f, at),
	       level;

	if (f->second < 0 || name == 0 || id == 0 || region == 0 || !byte_is(f, name, '[') ||
		!byte_is(f, at - 2, ']') || !byte_is(f, at - 1, ' ') || !byte_is(f, at + region, ' ') ||
		!byte_is(f, at + region + 1, '['))
		return false;
	at += region + 2;
	level = count_name(f, at);
	return level > 0 && byte_is(f, at + level, ']') && peel(f, at + level + 1);
}

/* "gunicorn.error:", "gunicorn.error - ", "- gunicorn.error - ", "[gunicorn.error:123] ": the logger's name in formats of
 * Python's logging. Not "gunicorn.errors.HaltServer: ", which is an exception. */
static bool
peel_logger(struct logform *f)
{
	static const char logger[] = "gunicorn.error";
	size_t from = begins(f, 0, "- ") ? 2 : byte_is(f, 0, '[') ? 1 : 0, end = from + sizeof logger - 1;

	if (!begins(f, from, logger))
		return false;
	if (byte_is(f, end, ':') && from == 1)
		end += 1 + count_digits(f, end + 1);
	if (byte_is(f, end, ':') || (from == 1 && byte_is(f, end, ']')))
		return peel(f, end + 1);
	return begins(f, end, " - ") ? peel(f, end + 2) : byte_is(f, end, ' ') && peel(f, end);
}

/* "31398#31398: *9404 ": nginx behind its time and level. */
static bool
peel_proxy(struct logform *f)
{
	size_t n = count_digits(f, 0), end, number;

	if (n == 0 || !byte_is(f, n, '#'))
		return false;
	end = n + 1 + count_digits(f, n + 1);
	if (!begins(f, end, ": "))
		return false;
	f->proxy = true;
	number = byte_is(f, end + 2, '*') ? count_digits(f, end + 3) : 0;
	return peel(f, number > 0 ? end + 3 + number : end + 1);
}

/* "<134>": a priority; "<134>1 TIME HOST APP PROCESS MESSAGE-ID - ": RFC 5424, in which some leave the last part out. */
static bool
peel_priority(struct logform *f)
{
	size_t n = count_digits(f, 1), word;

	if (!byte_is(f, 0, '<') || n == 0 || n > 3 || !byte_is(f, 1 + n, '>'))
		return false;
	if (!begins(f, 2 + n, "1 "))
		return peel(f, 2 + n);
	peel(f, 3 + n);
	if (!peel_stamp(f))
		return true;
	for (unsigned i = 0; i < 5; i++) {
		word = count_name(f, 0);
		if (word == 0 || !byte_is(f, word, ' '))
			return true;
		peel(f, word);
	}
	return true;
}

static bool
peel_layer(struct logform *f)
{
	switch (f->message[0]) {
	case '[': return peel_stamp(f) || peel_number(f) || peel_level(f) || peel_logger(f) || peel_source(f);
	case '<': return peel_priority(f);
	case '>': /* quoted in a thread */ return byte_is(f, 1, ' ') && peel(f, 1);
	case '{': return peel_source(f);
	case '-': return peel_logger(f);
	default:
		return peel_stamp(f) || peel_stream(f) || peel_level(f) || peel_logger(f) || peel_program(f) ||
			peel_machine(f) || peel_proxy(f) || peel_process(f) || peel_container(f);
	}
}

/* Could N bytes be what some shipper puts in front? Names and numbers, and a number among them, or no letters at all; words
 * with a colon, quotes, or nothing but words are somebody who tells of a line. */
static bool
is_prefix(const struct logform *f, size_t n)
{
	bool number = false, word = false;
	unsigned words = 1;

	for (size_t i = 0; i < n; i++) {
		char c = f->message[i];

		if (c == '"' || c == '\'' || c == '`' || c == '=' || c == ',')
			return false;
		if (c == ':' && i + 1 < n && f->message[i + 1] == ' ')
			return false;
		number = number || is_digit(c);
		word = word || (c >= 'a' && c <= 'z');
		words += c == ' ' && i + 1 < n && f->message[i + 1] != ' ';
	}
	return (number || !word) && words <= 5;
}

/* A prefix that is not known, before "[123] [ERROR] " or "[ERROR] ". */
static bool
peel_strange(struct logform *f, const char *line)
{
	struct logform after = *f;
	size_t most = f->length < STRANGE_MOST ? f->length : STRANGE_MOST, at = 1;
	const char *open;

	while (at < most && (open = memchr(f->message + at, '[', most - at)) != NULL) {
		after = *f;
		at = (size_t)(open - f->message);
		drop(&after, at);
		if (peel_stamp(&after))
			while (count_blanks(&after, 0) > 0)
				drop(&after, 1);
		peel_number(&after);
		if (byte_is(&after, 0, '[') && peel_level(&after) && after.header != HEADER_NONE)
			break;
		after.header = HEADER_NONE;
		at++;
	}
	if (after.header == HEADER_NONE || !is_prefix(f, at))
		return false;
	after.strange = (size_t)(f->message + at - line);
	*f = after;
	return true;
}

/* The same before "ModuleNotFoundError: ": the last line of a traceback has no header. */
static bool
peel_before_error(struct logform *f, const char *line)
{
	static const char error[] = "Error: ";
	size_t most = f->length < 2 * STRANGE_MOST ? f->length : 2 * STRANGE_MOST, at;
	const char *found = memmem(f->message, most, error, sizeof error - 1);

	if (found == NULL)
		return false;
	at = (size_t)(found - f->message);
	while (at > 0 && is_name(f->message[at - 1]))
		at--;
	if (at == 0 || at > STRANGE_MOST || f->message[at - 1] != ' ' || !is_prefix(f, at))
		return false;
	drop(f, at);
	f->strange = (size_t)(f->message - line);
	return true;
}

void
logform_read(struct logform *f, const char *line, size_t length)
{
	*f = (struct logform){ .message = line, .length = length, .second = -1 };
	while (f->length > 0 && is_blank(f->message[f->length - 1]))
		f->length--;
	for (unsigned i = 0; i < LAYERS; i++) {
		size_t blanks = count_blanks(f, 0);

		drop(f, blanks);
		f->indent = (unsigned)blanks;
		if (f->length == 0)
			return;
		if (!peel_layer(f) &&
			(f->header != HEADER_NONE || f->proxy || f->strange > 0 ||
				(!peel_strange(f, line) && !peel_before_error(f, line))))
			return;
		f->indent = 0;
	}
}
