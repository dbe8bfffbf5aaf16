#include "wire/signatures.h"

#include <string.h>

/* clang-format off */
const struct signature_entry signatures[SIGNATURES] = {
#define SIGNATURE(id, who, levels, pattern) { #id, SIGNATURE_BY_##who, levels, pattern },
#include "wire/signatures.def"
#undef SIGNATURE
};
/* clang-format on */

/* A pattern against a message: both are read once from left to right, except that after "%*" the place where the next
 * literal fits is looked for. A pattern has few of them, so this is not more than quadratic in nothing but those. */
struct matching {
	const char *pattern;
	const char *at, *end;
	int32_t number[2];
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

static size_t
literal_length(const char *pattern)
{
	return strcspn(pattern, "%");
}

/* On to where the next literal stands; the last one of a pattern must end the message, so there the last place counts. */
static bool
skip_to_literal(struct matching *m)
{
	size_t n = literal_length(m->pattern), left = (size_t)(m->end - m->at);
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
		size_t n = literal_length(m->pattern);

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

/* Could this speaker have said it, at this level? */
static bool
is_credible(const struct signature_entry *s, const struct logform *f, bool strict, int32_t about)
{
	if (f->level != LEVEL_NONE && (s->levels & 1u << f->level) == 0)
		return false;
	switch (s->who) {
	case SIGNATURE_BY_FOREIGN: return true;
	case SIGNATURE_BY_PRINTED: return f->header == HEADER_NONE;
	/* a master writes of others, a worker of itself: who is named tells which of the two it can have been */
	case SIGNATURE_BY_MASTER:
		if (f->pid > 0 && f->pid == about)
			return false;
		break;
	case SIGNATURE_BY_WORKER:
		if (f->pid > 0 && f->pid != about)
			return false;
		break;
	case SIGNATURE_BY_ANY: break;
	}
	return !strict || (f->header == HEADER_PID && f->strange == 0);
}

void
signatures_index(struct signature_index *index)
{
	memset(index, 0, sizeof *index);
	/* from behind, so that each chain has the order of the table */
	for (unsigned i = SIGNATURES; i-- > 0;) {
		uint16_t *first = &index->first[(unsigned char)signatures[i].pattern[0]];

		index->next[i] = *first;
		*first = (uint16_t)(i + 1);
	}
}

void
signatures_index_own(struct signature_index *index, const struct signature_own *own, unsigned count)
{
	index->own = count > 0 ? own : NULL;
	for (unsigned i = count < SIGNATURES_OWN ? count : SIGNATURES_OWN; i-- > 0;) {
		uint8_t *first = &index->own_first[(unsigned char)own[i].pattern[0]];

		index->own_next[i] = *first;
		*first = (uint8_t)(i + 1);
	}
}

/* Most patterns that begin with anything end in words: one comparison dismisses them. */
static bool
ends_right(const char *pattern, const struct logform *f)
{
	size_t n = strlen(pattern), length = f->length;
	const char *wild;

	/* the last letter dismisses most of the others */
	if (length > 0 && (n < 2 || pattern[n - 2] != '%') && pattern[n - 1] != f->message[length - 1])
		return false;
	wild = strrchr(pattern, '%');
	if (wild == NULL)
		return true;
	n = strlen(wild + 2);
	return f->length >= n && memcmp(f->message + f->length - n, wild + 2, n) == 0;
}

/* The first word, as "%s: " takes it. */
static size_t
first_word(const struct logform *f)
{
	size_t n = 0;

	while (n < f->length && f->message[n] != ' ' && f->message[n] != ':')
		n++;
	return n;
}

/* Where the first word ends, and where the first blank stands: of a message that has none, its end. */
struct words {
	size_t word, blank;
};

static struct words
first_words(const struct logform *f)
{
	size_t word = first_word(f);
	const char *blank = memchr(f->message + word, ' ', f->length - word);

	return (struct words){ word, blank != NULL ? (size_t)(blank - f->message) : f->length };
}

/* The second letter dismisses most. Those that begin with a word mostly go on with ": " or a blank, and a letter: where these
 * stand is looked for once a message. */
static bool
goes_on_right(const char *pattern, const struct logform *f, const struct words *w)
{
	if (pattern[0] != '%')
		return f->length > 1 && (pattern[1] == '%' || pattern[1] == f->message[1]);
	if (pattern[1] != 's')
		return true;
	if (pattern[2] == ' ')
		return f->length - w->blank > 1 && (pattern[3] == '%' || pattern[3] == f->message[w->blank + 1]);
	if (pattern[2] != ':' || pattern[3] != ' ')
		return true;
	return f->length - w->word > 2 && f->message[w->word] == ':' && f->message[w->word + 1] == ' ' &&
		(pattern[4] == '%' || pattern[4] == f->message[w->word + 2]);
}

static bool
find_in_chain(const struct signature_index *index, unsigned first, const struct logform *f, bool strict,
	struct signature_match *match)
{
	struct words w = first == index->first['%'] ? first_words(f) : (struct words){ 0 };

	for (unsigned i = first; i != 0; i = index->next[i - 1]) {
		const struct signature_entry *s = &signatures[i - 1];
		struct matching m = { .pattern = s->pattern, .at = f->message, .end = f->message + f->length };

		if (s->who == SIGNATURE_BY_PRINTED && f->header != HEADER_NONE)
			continue;
		/* two comparisons before the pattern is walked: nearly every line of an application fails one of them */
		if (!goes_on_right(s->pattern, f, &w) || !ends_right(s->pattern, f))
			continue;
		if (!matches(&m) || !is_credible(s, f, strict, m.number[0]))
			continue;
		*match = (struct signature_match){ (enum signature)(i - 1), m.number[0], m.number[1] };
		return true;
	}
	return false;
}

bool
signatures_find(const struct signature_index *index, const struct logform *f, bool strict,
	struct signature_match *match)
{
	return find_in_chain(index, index->first['%'], f, strict, match) ||
		find_in_chain(index, index->first[(unsigned char)f->message[0]], f, strict, match);
}

static const struct signature_own *
find_own_in_chain(const struct signature_index *index, unsigned first, const struct logform *f)
{
	for (unsigned i = first; i != 0; i = index->own_next[i - 1]) {
		const struct signature_own *own = &index->own[i - 1];
		struct matching m = { .pattern = own->pattern, .at = f->message, .end = f->message + f->length };

		if (ends_right(own->pattern, f) && matches(&m))
			return own;
	}
	return NULL;
}

const struct signature_own *
signatures_find_own(const struct signature_index *index, const struct logform *f)
{
	const struct signature_own *own = find_own_in_chain(index, index->own_first[(unsigned char)f->message[0]], f);

	return own != NULL ? own : find_own_in_chain(index, index->own_first['%'], f);
}
