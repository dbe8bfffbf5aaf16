#include "wire/signatures.h"

#include <string.h>

#include "wire/pattern.h"

/* clang-format off */
const struct signature_entry signatures[SIGNATURES] = {
#define SIGNATURE(id, who, levels, pattern) { #id, SIGNATURE_BY_##who, levels, pattern },
#include "wire/signatures.def"
#undef SIGNATURE
};
/* clang-format on */

static unsigned
count_digits(const char *at, const char *end)
{
	unsigned n = 0;

	for (; at < end; at++)
		n += *at >= '0' && *at <= '9';
	return n;
}

/* Does its message have a number where the pattern has a word? Then somebody is named. */
static bool
names_somebody(const struct signature_entry *s, const struct logform *f)
{
	return count_digits(f->message, f->message + f->length) >
		count_digits(s->pattern, s->pattern + strlen(s->pattern));
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
	case SIGNATURE_BY_NAMELESS:
		if (names_somebody(s, f))
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

/* A byte that stands for itself at this place of a pattern; 0: the pattern ends there, or anything may stand there. */
static char
literal_at(const char *at)
{
	return *at == '%' ? '\0' : *at;
}

/* By which byte PATTERN is found, and its value; SIGNATURE_KEYS: by none. */
static enum signature_key
key_of(const char *pattern, char *byte)
{
	size_t n = strlen(pattern);

	if ((*byte = literal_at(pattern)) != '\0')
		return KEY_FIRST;
	if (strncmp(pattern, "%s: ", 4) == 0 && (*byte = literal_at(pattern + 4)) != '\0')
		return KEY_COLON;
	if (strncmp(pattern, "%s ", 3) == 0 && (*byte = literal_at(pattern + 3)) != '\0')
		return KEY_BLANK;
	*byte = pattern[n - 1];
	return pattern[n - 2] != '%' ? KEY_LAST : SIGNATURE_KEYS;
}

/* Brackets and the like are few in what applications say, letters many. */
static char
rare_byte(const char *pattern)
{
	static const char rare[] = "[](){}<>\"'#*@!?/_";

	for (const char *r = rare; *r != '\0'; r++)
		for (const char *at = pattern; *at != '\0'; at += *at == '%' ? 2 : 1)
			if (*at == *r)
				return *r;
	return '\0';
}

void
signatures_index(struct signature_index *index)
{
	memset(index, 0, sizeof *index);
	/* from behind, so that each chain has the order of the table */
	for (unsigned i = SIGNATURES; i-- > 0;) {
		char byte;
		enum signature_key key = key_of(signatures[i].pattern, &byte);
		uint16_t *first = key < SIGNATURE_KEYS ? &index->chain[key][(unsigned char)byte] : &index->rest;

		if (key == SIGNATURE_KEYS)
			index->rare[i] = rare_byte(signatures[i].pattern);
		if (key == KEY_FIRST)
			index->second[i] = literal_at(signatures[i].pattern + 1);
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

/* Is the message of F the signature of this number? */
static bool
is_said(unsigned i, const struct logform *f, bool strict, struct signature_match *match)
{
	const struct signature_entry *s = &signatures[i];
	int32_t number[2] = { 0, 0 };

	if (s->who == SIGNATURE_BY_PRINTED && f->header != HEADER_NONE)
		return false;
	if (s->pattern[1] == 'd' && s->pattern[0] == '%' && (f->message[0] < '0' || f->message[0] > '9'))
		return false;
	if (!pattern_ends(s->pattern, f->message, f->length) || !pattern_is(s->pattern, f->message, f->length, number) ||
		!is_credible(s, f, strict, number[0]))
		return false;
	*match = (struct signature_match){ (enum signature)i, number[0], number[1] };
	return true;
}

/* The numbers of those that begin with anything and may be the message, in chains. */
struct candidates {
	unsigned at[SIGNATURE_KEYS];
};

static unsigned
begin_chain(const struct signature_index *index, enum signature_key key, const struct logform *f, size_t at)
{
	return at < f->length ? index->chain[key][(unsigned char)f->message[at]] : 0;
}

/* "%s: " takes a word without colon, and "%s " one with any. */
static struct candidates
begin_candidates(const struct signature_index *index, const struct logform *f)
{
	/* nobody who begins with a byte begins with anything: the first place is free */
	struct candidates c = { { index->rest, 0, 0, begin_chain(index, KEY_LAST, f, f->length - 1) } };
	const char *blank = memchr(f->message, ' ', f->length);
	size_t n = blank != NULL ? (size_t)(blank - f->message) : 0;

	if (blank == NULL)
		return c;
	c.at[KEY_BLANK] = begin_chain(index, KEY_BLANK, f, n + 1);
	if (n > 0 && blank[-1] == ':' && memchr(f->message, ':', n) == blank - 1)
		c.at[KEY_COLON] = begin_chain(index, KEY_COLON, f, n + 1);
	return c;
}

/* The first of them, which is taken from its chain; 0: there is none left. */
static unsigned
next_candidate(const struct signature_index *index, struct candidates *c)
{
	unsigned chain = 0;

	unsigned first;

	for (unsigned i = 1; i < SIGNATURE_KEYS; i++)
		if (c->at[i] != 0 && (c->at[chain] == 0 || c->at[i] < c->at[chain]))
			chain = i;
	first = c->at[chain];
	if (first != 0)
		c->at[chain] = index->next[first - 1];
	return first;
}

static bool
has_rare(const struct signature_index *index, unsigned i, const struct logform *f)
{
	return index->rare[i] == '\0' || memchr(f->message, index->rare[i], f->length) != NULL;
}

bool
signatures_find(const struct signature_index *index, const struct logform *f, bool strict,
	struct signature_match *match)
{
	struct candidates c = begin_candidates(index, f);
	char second = f->length > 1 ? f->message[1] : '\0';
	unsigned i;

	while ((i = next_candidate(index, &c)) != 0)
		if (has_rare(index, i - 1, f) && is_said(i - 1, f, strict, match))
			return true;
	for (i = begin_chain(index, KEY_FIRST, f, 0); i != 0; i = index->next[i - 1])
		if ((index->second[i - 1] == second || index->second[i - 1] == '\0') && is_said(i - 1, f, strict, match))
			return true;
	return false;
}

static const struct signature_own *
find_own_in_chain(const struct signature_index *index, unsigned first, const struct logform *f)
{
	for (unsigned i = first; i != 0; i = index->own_next[i - 1]) {
		const struct signature_own *own = &index->own[i - 1];
		int32_t number[2];

		if (pattern_ends(own->pattern, f->message, f->length) &&
			pattern_is(own->pattern, f->message, f->length, number))
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
