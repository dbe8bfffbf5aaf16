#include "wire/pattern.h"

#include <string.h>

/* A pattern against a message: both are read once from left to right, and nothing is tried a second time, so that no line that an
 * enemy writes takes longer than its length. */
struct matching {
	const char *pattern;
	const char *at, *end;
	int32_t *number;
	unsigned numbers;
};

static bool
take_number(struct matching *m)
{
	const char *begin = m->at;
	int32_t value = 0;

	/* nine digits fit, and no pid or exit status has more */
	while (m->at < m->end && *m->at >= '0' && *m->at <= '9' && m->at - begin < 9)
		value = value * 10 + (*m->at++ - '0');
	if (m->at == begin)
		return false;
	if (m->numbers < 2)
		m->number[m->numbers++] = value;
	return true;
}

/* A word ends at a blank, or where what follows it in the pattern begins. */
static bool
take_word(struct matching *m)
{
	const char *begin = m->at;

	while (m->at < m->end && *m->at != ' ' && (*m->at != *m->pattern || *m->pattern == '\0'))
		m->at++;
	return m->at > begin;
}

size_t
pattern_literal(const char *pattern)
{
	return (size_t)(strchrnul(pattern, '%') - pattern);
}

/* On to where the next literal stands; the last one of a pattern must end the message, so there the last place counts. */
static bool
skip_to_literal(struct matching *m)
{
	size_t n = pattern_literal(m->pattern), left = (size_t)(m->end - m->at);
	const char *found;

	if (n == 0)
		return m->pattern[0] != '\0' || (m->at = m->end, true);
	if (n > left)
		return false;
	if (m->pattern[n] == '\0') {
		m->at = m->end - n;
		return true;
	}
	found = memmem(m->at, left, m->pattern, n);
	if (found == NULL)
		return false;
	m->at = found;
	return true;
}

static bool
take_wildcard(struct matching *m)
{
	char kind = m->pattern[1];

	m->pattern += 2;
	switch (kind) {
	case 'd': return take_number(m);
	case 's': return take_word(m);
	default: return skip_to_literal(m);
	}
}

static bool
matches(struct matching *m)
{
	while (*m->pattern != '\0') {
		size_t n = pattern_literal(m->pattern);

		if (n == 0) {
			if (!take_wildcard(m))
				return false;
			continue;
		}
		if ((size_t)(m->end - m->at) < n || memcmp(m->at, m->pattern, n) != 0)
			return false;
		m->at += n;
		m->pattern += n;
	}
	return m->at == m->end;
}

bool
pattern_is(const char *pattern, const char *message, size_t length, int32_t number[static 2])
{
	struct matching m = { .pattern = pattern, .at = message, .end = message + length, .number = number };

	return matches(&m);
}

bool
pattern_ends(const char *pattern, const char *message, size_t length)
{
	size_t n = strlen(pattern);
	const char *wild;

	/* the last letter dismisses most of the others */
	if (length > 0 && (n < 2 || pattern[n - 2] != '%') && pattern[n - 1] != message[length - 1])
		return false;
	wild = strrchr(pattern, '%');
	if (wild == NULL)
		return true;
	n = strlen(wild + 2);
	return length >= n && memcmp(message + length - n, wild + 2, n) == 0;
}
