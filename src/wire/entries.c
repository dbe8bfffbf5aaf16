#include "wire/entries.h"

#include <string.h>

static const char blanks[] = " \t\r\n";

static bool
is_one_of(char c, const char *bytes)
{
	return c != '\0' && strchr(bytes, c) != NULL;
}

/* The next byte of N that is no blank, from AT on; NUL when there is none. */
static char
next_of(const char *bytes, size_t n, size_t *at)
{
	while (*at < n && is_one_of(bytes[*at], blanks))
		++*at;
	return *at < n ? bytes[(*at)++] : '\0';
}

/* An array of objects or of strings; or an object that goes on in the next line. Gunicorn's lines begin with a bracket, too, and a
 * digit. */
void
entries_begin(struct entries *e, const char *bytes, size_t n)
{
	size_t at = 0;
	char first = next_of(bytes, n, &at);

	*e = (struct entries){ .line_begins = true };
	if (first == '[') {
		e->base = 1;
		e->folded = is_one_of(next_of(bytes, n, &at), "{\"");
	} else if (first == '{') {
		at += at < n && bytes[at] == '\r' ? 1 : 0;
		e->folded = at < n && bytes[at] == '\n';
	}
}

/* Within a string, which ends before its line does. */
static char
pass_string(struct entries *e, char c)
{
	e->in_string = (c != '"' || e->escaped) && c != '\n';
	e->escaped = c == '\\' && !e->escaped;
	return c;
}

/* What C becomes outside of a string. */
static char
turn(struct entries *e, char c)
{
	bool outside = e->depth <= e->base;

	switch (c) {
	case '"': e->in_string = true; return c;
	case '[':
	case '{': e->depth++; return e->depth <= e->base ? ' ' : c;
	case ']':
	case '}': e->depth -= e->depth > 0; return e->depth < e->base ? '\n' : c;
	case ',': return outside && e->base > 0 ? '\n' : c;
	case '\r':
	case '\n': return outside && e->base == 0 ? c : ' ';
	default: return c;
	}
}

/* All that may begin a line of an entry but a blank: printers of JSON indent what is within. */
static bool
begins_entry(char c)
{
	return is_one_of(c, "{}[],\"\r\n\t ");
}

void
entries_unfold(struct entries *e, char *bytes, size_t n)
{
	for (size_t i = 0; i < n && e->folded; i++) {
		char c = bytes[i];

		if (e->line_begins && !begins_entry(c)) {
			e->folded = false;
			return;
		}
		e->line_begins = c == '\n';
		bytes[i] = e->in_string ? pass_string(e, c) : turn(e, c);
	}
}
