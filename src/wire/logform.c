#include "wire/logform.h"

#include <string.h>

#include "wire/address.h"
#include "wire/listing.h"
#include "wire/logname.h"
#include "wire/marks.h"
#include "wire/peel.h"
#include "wire/shipper.h"
#include "wire/stamp.h"

/* Each peel_x() knows one form: it moves the message behind that, or leaves everything as it was. They are tried from
 * the left until none knows what stands there; only then a prefix of an unknown kind is guessed, once, by what Gunicorn
 * writes behind it. */

/* Layers that are peeled at most: a shipper's time, its stream, a container's name, a program, then Gunicorn's three. How far a
 * prefix of an unknown kind may reach. */
enum { LAYERS = 20, STRANGE_MOST = 96 };

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
	/* Google Cloud's for "none", and the stream that Cloud Foundry read it from: they say nothing of the line */
	{ "DEFAULT", LEVEL_NONE },
	{ "ERR", LEVEL_NONE },
	{ "OUT", LEVEL_NONE },
};

/* A time, bare or in brackets. */
static bool
peel_stamp(struct logform *f)
{
	size_t open = byte_is(f, 0, '[') ? 1 : 0, n;
	int64_t second;
	int32_t ahead;

	if (f->length < open + 8)
		return false;
	n = stamp_read(f->message + open, f->length - open, &second, &ahead);
	if (n == 0 || (open == 1 && !byte_is(f, open + n, ']')))
		return false;
	f->second = second;
	f->ahead = ahead;
	f->stamps++;
	f->dated = f->message[open] > '9';
	f->named = false;
	if (open == 0 && begins(f, n, ": ")) /* pm2 --time */
		n++;
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

/* "ERROR - ", "ERROR in glogging: " (Flask), "ERROR glogging:222 ": what stands between a level and its message. */
static size_t
skip_module(const struct logform *f, size_t end)
{
	static const char module[] = " glogging:";
	size_t n;

	if (begins(f, end, " - "))
		return 2;
	if (begins(f, end, module)) {
		n = sizeof module - 1 + count_digits(f, end + sizeof module - 1);
		return n + logname_method(f, end + n);
	}
	if (!begins(f, end, " in "))
		return 0;
	n = count_name(f, end + 4);
	return n > 0 && begins(f, end + 4 + n, ": ") ? 5 + n : 0;
}

/* "[ERROR]", "[error    ]" (structlog), "ERROR", "ERROR:", "ERROR -", each followed by a blank. What a shipper says of a line stands to the
 * left of what its writer says, so the last one counts. */
static bool
peel_level(struct logform *f)
{
	size_t open = byte_is(f, 0, '[') ? 1 : 0;

	if (f->length <= open || (open == 0 && (f->message[0] < 'A' || f->message[0] > 'Z')))
		return false;
	for (unsigned i = 0; i < sizeof levels / sizeof levels[0]; i++) {
		size_t end;

		if (f->message[open] != *levels[i].word || !begins(f, open, levels[i].word))
			continue;
		end = open + strlen(levels[i].word);
		end += open == 1 ? count_blanks(f, end) : 0;
		if (open == 1 ? !byte_is(f, end, ']') :
				!(byte_is(f, end, ' ') || byte_is(f, end, ':') || byte_is(f, end, '|')))
			continue;
		/* "error: [Errno 104]" is an exception of Python 2, "info about" a sentence */
		if (open == 0 && levels[i].word[0] >= 'a')
			continue;
		end += open == 1 || !byte_is(f, end, ' ') ? 1 : 0;
		/* "INFO:shop:" is another logger's; behind a time it would not be the first field */
		if (open == 0 && !byte_is(f, end, ' ') && f->second < 0 && f->message[end - 1] != '|' &&
			!begins(f, end, "gunicorn.error:"))
			continue;
		/* padded, it is a column of a shipper, which says ERROR of all that was written to stderr; not between bars: loguru's */
		if (open == 1 || count_blanks(f, end) < 2 || byte_is(f, end + count_blanks(f, end), '|'))
			take_level(f, levels[i].level);
		return peel(f, end + skip_module(f, end));
	}
	return false;
}

/* "NFO] ", "RROR] ": what a terminal of fixed width has left of "[INFO] " for its next line. */
static bool
peel_torn_level(struct logform *f)
{
	size_t n = 0;

	if (f->header != HEADER_NONE || f->second >= 0)
		return false;
	while (n < f->length && n < 8 && f->message[n] >= 'A' && f->message[n] <= 'Z')
		n++;
	if (n == 0 || !byte_is(f, n, ']') || !byte_is(f, n + 1, ' '))
		return false;
	for (unsigned i = 0; i < sizeof levels / sizeof levels[0]; i++) {
		size_t length = strlen(levels[i].word);

		if (length >= n && memcmp(levels[i].word + length - n, f->message, n) == 0) {
			take_level(f, levels[i].level);
			return peel(f, n + 1);
		}
	}
	return false;
}

/* "123 ERROR ": the process without brackets. */
static bool
peel_process(struct logform *f)
{
	size_t n = count_digits(f, 0);
	struct logform after;

	if (n == 0 || n > 7 || f->second < 0 || f->header != HEADER_NONE || !byte_is(f, n, ' '))
		return false;
	after = *f;
	peel(&after, n);
	after.pid = number_at(f, 0, n);
	if (!peel_level(&after))
		return false;
	*f = after;
	return true;
}

/* "12:11:10:INFO:", "12:11:10|INFO|": a time and a level that nothing but one byte separates. */
static bool
peel_separator(struct logform *f)
{
	return f->second >= 0 && f->length > 1 && f->message[1] >= 'A' && f->message[1] <= 'Z' && peel(f, 1);
}

/* "- root - INFO - ": another logger's name, between a time and a level that are there. */
static bool
peel_named_level(struct logform *f)
{
	size_t n = 2 + count_name(f, 2);
	struct logform after = *f;

	if (f->second < 0 || n == 2 || !begins(f, 0, "- ") || !begins(f, n, " - "))
		return false;
	drop(&after, n + 3);
	if (!peel_level(&after))
		return false;
	*f = after;
	return true;
}

static bool
peel_layer(struct logform *f)
{
	switch (f->message[0]) {
	case ':': return peel_separator(f);
	case '|': return peel_separator(f) || shipper_peel(f);
	case '[': return peel_stamp(f) || peel_number(f) || peel_level(f) || logname_peel(f) || shipper_peel(f);
	case '-': return logname_peel(f) || peel_named_level(f) || shipper_peel(f);
	default:
		return peel_stamp(f) || peel_level(f) || logname_peel(f) || peel_process(f) || peel_torn_level(f) ||
			shipper_peel(f);
	}
}

/* "June 15, 2026, 18:44": a comma behind a number and before one is a date's, any other a sentence's. */
static bool
is_comma_of_date(const struct logform *f, size_t i)
{
	return i > 0 && is_digit(f->message[i - 1]) && byte_is(f, i + 1, ' ') && count_digits(f, i + 2) > 0;
}

/* Who quotes a line, or a key's value: no prefix has one of these. */
static bool
is_quote(char c)
{
	return c == '"' || c == '\'' || c == '`' || c == '=';
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

		if (is_quote(c) || (c == ',' && !is_comma_of_date(f, i)))
			return false;
		if (c == ':' && i + 1 < n && f->message[i + 1] == ' ')
			return false;
		number = number || is_digit(c);
		word = word || (c >= 'a' && c <= 'z');
		words += c == ' ' && i + 1 < n && f->message[i + 1] != ' ';
	}
	return (number || !word) && words <= 5;
}

/* "shop: " and nothing else: who has dated, numbered and ranked what follows does not tell of it. */
static bool
is_lone_name(const struct logform *f, size_t n)
{
	return n > 2 && count_name(f, 0) == n - 2 && begins(f, n - 2, ": ");
}

/* "anything gunicorn[123]: ": a program's tag with the very number of Gunicorn's own header. Who tells of a line has another
 * one. How long the tag's end is; 0 where the N bytes do not end so. */
static size_t
tag_length(const struct logform *f, size_t n, int32_t pid)
{
	size_t close = n - 3, open = close;

	if (n < 6 || !begins(f, close, "]: "))
		return 0;
	while (open > 0 && is_digit(f->message[open - 1]))
		open--;
	if (open == 0 || close - open > 7 || f->message[open - 1] != '[' || number_at(f, open, close - open) != pid)
		return 0;
	return n - (open - 1);
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
	if (after.header == HEADER_NONE ||
		!(is_prefix(f, at - tag_length(f, at, after.pid)) ||
			(after.header == HEADER_PID && after.second >= 0 && is_lone_name(f, at))))
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
	const char *end = f->message + most, *found = f->message;

	/* most lines have no such letter, and those that have one have few */
	while ((found = memchr(found, 'E', (size_t)(end - found))) != NULL &&
		((size_t)(end - found) < sizeof error - 1 || memcmp(found, error, sizeof error - 1) != 0))
		found++;
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

/* "10.0.0.17 - ", "::1 - ": most lines are access lines. There is nothing in front of it that could be peeled; an address before
 * a program is a host's. */
static bool
is_address(const struct logform *f)
{
	size_t at = 0, n;

	for (unsigned i = 0; i < 3; i++) {
		n = count_digits(f, at);
		if (n == 0 || n > 3 || !byte_is(f, at + n, '.')) {
			at = address_v6(f->message, f->length);
			return at > 0 && begins(f, at, " - ");
		}
		at += n + 1;
	}
	at += count_digits(f, at);
	return begins(f, at, " - ") || byte_is(f, at, ':');
}

void
logform_read(struct logform *f, const char *line, size_t length)
{
	*f = (struct logform){ .message = line, .length = length, .second = -1, .ahead = STAMP_UNSAID };
	marks_trim(f);
	for (unsigned i = 0; i < LAYERS; i++) {
		size_t blanks = count_blanks(f, 0);

		drop(f, blanks);
		f->indent = (unsigned)blanks;
		if (f->length == 0 || is_address(f))
			return;
		if (!peel_layer(f) && !(i == 0 && listing_peel(f)) &&
			(f->header != HEADER_NONE || f->proxy || f->strange > 0 || is_quote(f->message[0]) ||
				(!peel_strange(f, line) && !peel_before_error(f, line))))
			return;
		f->indent = 0;
	}
}
