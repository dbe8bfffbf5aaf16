#include "wire/address.h"

#include <string.h>

static bool
is_hexadecimal(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

enum { GROUP = 4 }; /* digits up to the first colon, at most */

static inline bool
has_colon_soon(const char *at, size_t n)
{
	if (n <= GROUP)
		return memchr(at, ':', n) != NULL;
	return at[0] == ':' || at[1] == ':' || at[2] == ':' || at[3] == ':' || at[GROUP] == ':';
}

size_t
address_v6(const char *at, size_t n)
{
	enum { MOST = 45 }; /* INET6_ADDRSTRLEN without its NUL */
	size_t i = 0, colons = 0;
	bool gap = false;

	if (!has_colon_soon(at, n)) /* nearly every other line */
		return 0;
	for (; i < n && i < MOST; i++) {
		if (at[i] == ':') {
			colons++;
			gap = gap || (i > 0 && at[i - 1] == ':');
		} else if (!(is_hexadecimal(at[i]) || at[i] == '.') || (i >= GROUP && colons == 0)) {
			break;
		}
	}
	return (gap && colons <= 7) || colons == 7 ? i : 0;
}

/* "10.0": a number with a fraction looks so, too. */
static bool
is_v4(const char *line, size_t n)
{
	size_t i = 0;

	while (i < 4 && i < n && line[i] >= '0' && line[i] <= '9')
		i++;
	return i > 0 && i < 4 && i + 1 < n && line[i] == '.' && line[i + 1] >= '0' && line[i + 1] <= '9';
}

bool
address_is_client(const char *line, size_t n)
{
	static const char behind[] = " - ", socket[] = "- - ";
	size_t v6;

	if (is_v4(line, n) || (n >= sizeof socket && memcmp(line, socket, sizeof socket - 1) == 0))
		return true;
	v6 = address_v6(line, n);
	return v6 > 0 && n - v6 >= sizeof behind && memcmp(line + v6, behind, sizeof behind - 1) == 0;
}
