#include "wire/colour.h"

#include <string.h>

enum { ESCAPE = 0x1b };

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

bool
colour_is_in(const char *line, size_t length)
{
	return memchr(line, ESCAPE, length) != NULL || has_lost_escapes(line, length);
}

size_t
colour_strip(char *out, const char *line, size_t length)
{
	bool lost = has_lost_escapes(line, length);
	size_t n = 0, step;

	for (size_t i = 0; i < length; i += step) {
		size_t code = 0;

		if (line[i] == ESCAPE) {
			code = code_length(line + i + 1, length - i - 1);
			code += code > 0;
		} else if (lost && line[i] == '[') {
			code = code_length(line + i, length - i);
		}
		if (code == 0)
			out[n++] = line[i];
		step = code > 0 ? code : 1;
	}
	return n;
}
