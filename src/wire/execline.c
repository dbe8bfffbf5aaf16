#include "wire/execline.h"

#include <stdint.h>
#include <string.h>

/* WHITESPACE of systemd (src/basic/string-util.h). */
static bool
is_between(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static int
digit_of(char c, unsigned base)
{
	int value = -1;

	if (c >= '0' && c <= '9')
		value = c - '0';
	else if (c >= 'a' && c <= 'f')
		value = c - 'a' + 10;
	else if (c >= 'A' && c <= 'F')
		value = c - 'A' + 10;
	return value >= 0 && (unsigned)value < base ? value : -1;
}

/* COUNT digits of BASE at FROM; false when they are not all there. */
static bool
read_digits(const char *from, unsigned count, unsigned base, uint32_t *value)
{
	*value = 0;
	for (unsigned i = 0; i < count; i++) {
		int digit = digit_of(from[i], base);

		if (digit < 0)
			return false;
		*value = *value * base + (uint32_t)digit;
	}
	return true;
}

/* RFC 3629. Up to U+10FFFF, which take_escape() has seen to. */
static void
put_utf8(char **to, uint32_t c)
{
	if (c < 0x80) {
		*(*to)++ = (char)c;
		return;
	}
	if (c >= 0x10000)
		*(*to)++ = (char)(0xf0 | c >> 18);
	if (c >= 0x800)
		*(*to)++ = (char)((c >= 0x10000 ? 0x80 : 0xe0) | (c >> 12 & (c >= 0x10000 ? 0x3f : 0x0f)));
	*(*to)++ = (char)((c >= 0x800 ? 0x80 : 0xc0) | (c >> 6 & (c >= 0x800 ? 0x3f : 0x1f)));
	*(*to)++ = (char)(0x80 | (c & 0x3f));
}

/* The escapes that stand for a number: its digits, their base, and whether it is a character of Unicode. As in C, but that all
 * digits must be there (cunescape_one of systemd's src/basic/escape.c). */
static const struct numbered {
	char letter;
	unsigned digits, base;
	bool unicode;
} numbered[] = { { 'x', 2, 16, false }, { 'u', 4, 16, true }, { 'U', 8, 16, true } };

/* One escape, FROM being behind its backslash. Returns what follows it. An unknown one keeps its backslash, as systemd
 * does after a warning (EXTRACT_CUNESCAPE_RELAX); so does one for NUL or a hole, which no word may hold. */
static const char *
take_escape(const char *from, char **to)
{
	static const char letters[] = "abfnrtv\\\"'s", meant[] = "\a\b\f\n\r\t\v\\\"' ";
	const char *letter = strchr(letters, *from);
	uint32_t value = 0;

	if (letter != NULL) {
		*(*to)++ = meant[letter - letters];
		return from + 1;
	}
	if (read_digits(from, 3, 8, &value) && value > (unsigned char)HOLE_CLOSE && value <= 0xff) {
		*(*to)++ = (char)value;
		return from + 3;
	}
	for (size_t i = 0; i < sizeof numbered / sizeof numbered[0]; i++) {
		const struct numbered *n = &numbered[i];

		if (*from != n->letter || !read_digits(from + 1, n->digits, n->base, &value) ||
			value <= (unsigned char)HOLE_CLOSE || value > 0x10ffff)
			continue;
		if (n->unicode)
			put_utf8(to, value);
		else
			*(*to)++ = (char)value;
		return from + 1 + n->digits;
	}
	*(*to)++ = '\\';
	if (*from == HOLE_OPEN)
		return from;
	*(*to)++ = *from;
	return from + 1;
}

enum word_step
execline_next(const char **from, char *to, struct err *err)
{
	const char *c = *from;
	char quote = '\0';

	while (is_between(*c))
		c++;
	if (*c == '\0')
		return WORD_END;
	for (; *c != '\0' && (quote != '\0' || !is_between(*c));) {
		if (*c == HOLE_OPEN) {
			while (*c != '\0' && *c != HOLE_CLOSE)
				*to++ = *c++;
		} else if (*c == '\\') {
			if (*++c == '\0') {
				err_set(err, 0, "a backslash ends the line");
				return WORD_BAD;
			}
			c = take_escape(c, &to);
		} else if (*c == quote) {
			quote = '\0';
			c++;
		} else if (quote == '\0' && (*c == '"' || *c == '\'')) {
			quote = *c++;
		} else {
			*to++ = *c++;
		}
	}
	*to = '\0';
	*from = c;
	if (quote == '\0')
		return WORD_TAKEN;
	err_set(err, 0, "a quote (%c) is not closed", quote);
	return WORD_BAD;
}

void
execline_prefixes(const char **line, char *prefixes)
{
	size_t n = 0;

	for (; **line != '\0' && strchr("@-:+!|", **line) != NULL && n < 7; ++*line)
		prefixes[n++] = **line;
	prefixes[n] = '\0';
}
