#include "wire/marks.h"

#include "wire/peel.h"

/* "│", "┃", "┊": the frame that a terminal program draws around a log. */
bool
marks_are_frame(const char *at)
{
	return memcmp(at, "\xe2\x94\x82", 3) == 0 || memcmp(at, "\xe2\x94\x83", 3) == 0 ||
		memcmp(at, "\xe2\x94\x8a", 3) == 0;
}

/* "> ", "| ", "`", "**", "^C", a frame: what terminals echo and people put around a line. A dash only separates
 * where there is something to separate. */
bool
marks_peel(struct logform *f)
{
	switch (f->message[0]) {
	case '\xe2': return f->length > 3 && marks_are_frame(f->message) && peel(f, 3);
	case '^': return f->length > 2 && strchr("CZ\\", f->message[1]) != NULL && peel(f, 2);
	case '*': return byte_is(f, 1, '*') && peel(f, 2);
	case '=': return begins(f, 0, "==> ") && peel(f, 3); /* Render, of what it does itself */
	case '`': return peel(f, 1);
	case '-': return (f->second >= 0 || f->pid > 0) && byte_is(f, 1, ' ') && peel(f, 1);
	default: return (byte_is(f, 1, ' ') || (byte_is(f, 1, '|') && byte_is(f, 2, ' '))) && peel(f, 1);
	}
}

/* How much of what N bytes that end at END end with is no part of what was said. A comma: somebody took the lines for a
 * list. */
static size_t
mark_before(const char *end, size_t n)
{
	switch (end[-1]) {
	case ' ':
	case '\t':
	case '\r':
	case ',':
	case '`': return 1;
	case '*': return n > 2 && end[-2] == '*' ? 2 : 0;
	case '\x82':
	case '\x83':
	case '\x8a': return n > 3 && marks_are_frame(end - 3) ? 3 : 0;
	default: return 0;
	}
}

/* "Booting worker with pid: 23    [gunicorn.error]": structlog names the logger behind what it says. */
static void
trim_logger(struct logform *f)
{
	static const char logger[] = "  [gunicorn.error]";
	size_t n = sizeof logger - 1;

	if (f->length > n && memcmp(f->message + f->length - n, logger, n) == 0)
		f->length -= n;
	while (f->length > 0 && f->message[f->length - 1] == ' ')
		f->length--;
}

void
marks_trim(struct logform *f)
{
	size_t n = 1;

	while (f->length > 0 && n > 0) {
		n = mark_before(f->message + f->length, f->length);
		f->length -= n;
	}
	if (f->length > 0 && f->message[f->length - 1] == ']')
		trim_logger(f);
}
