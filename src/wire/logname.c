#include "wire/logname.h"

#include "wire/peel.h"

/* The longest first: each would be the beginning of the one before. MainProcess is what logging calls a process of nobody's making. */
static const char *const names[] = { "gunicorn.glogging", "gunicorn.error", "glogging.py", "glogging", "MainProcess" };

static const char *const methods[] = { "critical", "error", "warning", "exception", "info", "debug" };

/* How long the method at AT is, with END behind it; 0 where there is none. */
static size_t
method_at(const struct logform *f, size_t at, char end)
{
	for (unsigned i = 0; i < sizeof methods / sizeof methods[0]; i++)
		if (begins(f, at, methods[i]) && byte_is(f, at + strlen(methods[i]), end))
			return strlen(methods[i]);
	return 0;
}

size_t
logname_method(const struct logform *f, size_t at)
{
	size_t n = byte_is(f, at, ' ') ? method_at(f, at + 1, ' ') : 0;

	return n > 0 ? n + 1 : 0;
}

/* The end of the name at FROM; 0 where there is none, or a longer one: "gunicorn.errors". */
static size_t
name_end(const struct logform *f, size_t from)
{
	for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
		size_t end = from + strlen(names[i]);

		if (begins(f, from, names[i]) && end < f->length && !is_name(f->message[end]))
			return end;
	}
	return 0;
}

/* What separates fields at AT: " - ", " | ", ": ", " : ", "|", ":"; 0 where a message may begin at once. */
static size_t
separator_at(const struct logform *f, size_t at)
{
	static const char *const separators[] = { " - ", " | ", " : ", ": ", "|", ":" };

	for (unsigned i = 0; i < sizeof separators / sizeof separators[0]; i++)
		if (begins(f, at, separators[i]))
			return strlen(separators[i]);
	return 0;
}

/* ":264", ":info:264", ":info", ":264 critical": where in the module. "gunicorn.error:3 workers" has the number of its message
 * there, the only one that begins with one. */
static size_t
skip_place(const struct logform *f, size_t at)
{
	size_t from = at, method, digits;

	if (!byte_is(f, at, ':'))
		return at;
	method = method_at(f, at + 1, ':');
	at += method > 0 ? 1 + method : 0;
	digits = count_digits(f, at + 1);
	at += 1 + digits;
	if (digits == 0)
		return method > 0 ? at : from;
	return begins(f, at, " workers") ? from : at;
}

/* "[12]" and " (12)" behind the name: the process. */
static size_t
take_process(struct logform *f, size_t at)
{
	size_t open = byte_is(f, at, '[') ? at : at + 1, n = count_digits(f, open + 1), close = open + 1 + n;

	if (n == 0 || n > 7 ||
		!(byte_is(f, open, '[') ? byte_is(f, close, ']') : begins(f, at, " (") && byte_is(f, close, ')')))
		return at;
	f->pid = number_at(f, open + 1, n);
	return close + 1;
}

/* " 12 140123 ": process and thread, without brackets; " 264 ": a line. "3 workers" is the message's. */
static size_t
take_numbers(struct logform *f, size_t at)
{
	size_t n = count_digits(f, at + 1), thread = at + 2 + n, digits = count_digits(f, thread);

	if (!byte_is(f, at, ' ') || n == 0 || n > 7 || !byte_is(f, thread - 1, ' ') ||
		begins(f, thread - 1, " workers"))
		return at;
	if (digits < 5 || !byte_is(f, thread + digits, ' '))
		return thread - 1;
	f->pid = number_at(f, at + 1, n);
	return thread + digits;
}

/* What stands behind the name up to the message or the next field, from END on. */
static bool
peel_behind(struct logform *f, size_t end, bool bracket)
{
	size_t at = skip_place(f, end), separator;

	if (bracket)
		return byte_is(f, at, ']') && peel(f, at + 1);
	at += logname_method(f, at);
	at = take_process(f, at);
	at = take_numbers(f, at);
	separator = separator_at(f, at);
	if (separator == 0 && !byte_is(f, at, ' '))
		return false;
	/* " - info - " */
	if (separator == 3 && method_at(f, at + 3, ' ') > 0 && begins(f, at + 3 + method_at(f, at + 3, ' '), " - "))
		at += 3 + method_at(f, at + 3, ' ');
	return separator > 1 ? (drop(f, at + separator), true) : peel(f, at + separator);
}

bool
logname_peel(struct logform *f)
{
	size_t from = begins(f, 0, "- ") ? 2 : byte_is(f, 0, '[') ? 1 : 0, end = name_end(f, from);
	struct logform after = *f;

	/* "gunicorn CRITICAL": the parent of both loggers */
	if (begins(f, 0, "gunicorn ") && f->length > 9 && f->message[9] >= 'A' && f->message[9] <= 'Z')
		return peel(f, 8);
	if (end == 0 || !peel_behind(&after, end, from == 1))
		return false;
	if (after.pid > 0 && after.header == HEADER_LEVEL)
		after.header = HEADER_PID;
	*f = after;
	return true;
}
