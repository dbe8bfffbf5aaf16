#include "wire/colour.h"

#include <string.h>

/* A blank that breaks no line (U+00A0), as pages have it where several blanks stand, is HARD and SPACE in UTF-8. */
enum { ESCAPE = 0x1b, HARD = 0xc2, SPACE = 0xa0 };

/* A prefix that is coloured is at the beginning of the line, and no longer than this. */
enum { HEAD = 64 };

/* What rsyslog, `cat -v` and `journalctl -a` without a terminal write in place of the byte. */
static const char *const written[] = { "#033[", "^[[" };

/* How long the escape at AT is, written as a byte or in words; 0 where there is none. The bracket is not counted. */
static size_t
escape_length(const char *at, size_t n)
{
	if (*at == ESCAPE)
		return 1;
	for (unsigned i = 0; i < sizeof written / sizeof written[0]; i++) {
		size_t length = strlen(written[i]);

		if (*at == written[i][0] && n >= length && memcmp(at, written[i], length) == 0)
			return length - 1;
	}
	return 0;
}

/* "[31m" and "[0;1m", which colour, "[K" and "[2K", which clear: how long it is, or 0. */
static size_t
code_length(const char *at, size_t n)
{
	size_t i = 1;

	if (n < 2 || at[0] != '[')
		return 0;
	while (i < n && ((at[i] >= '0' && at[i] <= '9') || at[i] == ';'))
		i++;
	return i < n && (at[i] == 'm' || at[i] == 'K') ? i + 1 : 0;
}

/* Without its first byte a code is one only where it has a number. */
static bool
has_lost_escapes(const char *line, size_t length)
{
	return length > 1 && line[1] != 'm' && line[1] != 'K' && code_length(line, length) > 0;
}

static bool
has_written_escapes(const char *line, size_t length)
{
	size_t n = length < HEAD ? length : HEAD;

	for (unsigned i = 0; i < sizeof written / sizeof written[0]; i++)
		/* memmem(3) of so few bytes costs more than all else that is asked of most lines */
		if (memchr(line, written[i][0], n) != NULL && memmem(line, n, written[i], strlen(written[i])) != NULL)
			return true;
	return false;
}

bool
colour_is_in(const char *line, size_t length)
{
	return memchr(line, ESCAPE, length) != NULL || memchr(line, HARD, length) != NULL ||
		has_lost_escapes(line, length) || has_written_escapes(line, length);
}

static bool
is_hard_space(const char *at, size_t n)
{
	return n > 1 && (unsigned char)at[0] == HARD && (unsigned char)at[1] == SPACE;
}

size_t
colour_strip(char *out, const char *line, size_t length)
{
	bool lost = has_lost_escapes(line, length);
	size_t n = 0, step;

	for (size_t i = 0; i < length; i += step) {
		size_t left = length - i, escape = escape_length(line + i, left), code = 0;

		if (escape > 0)
			code = code_length(line + i + escape, left - escape);
		else if (lost && line[i] == '[')
			code = code_length(line + i, left);
		step = code > 0 ? escape + code : is_hard_space(line + i, left) ? 2 : 1;
		if (code == 0)
			out[n++] = step == 2 ? ' ' : line[i];
	}
	return n;
}
