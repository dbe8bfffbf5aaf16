#include "wire/jsonr.h"

#include <string.h>

#include "wire/jsonescape.h"

void
jsonr_init(struct jsonr *r, const char *bytes, size_t length)
{
	*r = (struct jsonr){ .at = bytes, .end = bytes + length, .first = true };
}

/* From here on nothing is found any more, and every loop over members or elements ends. */
static bool
fail(struct jsonr *r)
{
	r->failed = true;
	r->at = r->end;
	return false;
}

/* The next byte that is no blank; NUL at the end, which is valid nowhere. */
static inline char
peek(struct jsonr *r)
{
	if (r->at < r->end && *r->at > ' ') /* mostly, and letters of other alphabets can stand nowhere outside of a string */
		return *r->at;
	while (r->at < r->end && (*r->at == ' ' || *r->at == '\n' || *r->at == '\t' || *r->at == '\r'))
		r->at++;
	return r->at < r->end ? *r->at : '\0';
}

bool
jsonr_done(struct jsonr *r)
{
	peek(r);
	return !r->failed && r->depth == 0 && r->at == r->end && !r->first;
}

/* ---- strings ---- */

/* The end of the string whose first quote has been passed, at its last; NULL when it has none. ESCAPED: there are escapes in it. */
static const char *
string_end(const struct jsonr *r, bool *escaped)
{
	*escaped = false;
	for (const char *p = r->at; p < r->end && (unsigned char)*p >= 0x20; p++) {
		if (*p == '"')
			return p;
		if (*p == '\\') {
			*escaped = true;
			p += p + 1 < r->end;
		}
	}
	return NULL;
}

/* The string at r->at, without its escapes. */
static bool
take_string(struct jsonr *r, struct text *t)
{
	bool escaped;
	const char *p = ++r->at, *end = string_end(r, &escaped);

	if (end == NULL)
		return fail(r);
	while (p < end) {
		const char *backslash = escaped ? memchr(p, '\\', (size_t)(end - p)) : NULL;

		text_addn(t, p, (size_t)((backslash != NULL ? backslash : end) - p));
		p = backslash != NULL ? jsonescape_add(t, backslash + 1, end) : end;
		if (p == NULL)
			return fail(r);
	}
	r->first = false;
	r->at = end + 1;
	return true;
}

/* The same, copied nowhere: only what is behind backslashes is looked at once more. */
static bool
skip_string(struct jsonr *r)
{
	char nowhere[1];
	struct text t;
	bool escaped;
	const char *end;

	text_init(&t, nowhere, sizeof nowhere);
	r->at++;
	end = string_end(r, &escaped);
	if (end == NULL || escaped) {
		r->at--;
		return take_string(r, &t);
	}
	r->first = false;
	r->at = end + 1;
	return true;
}

bool
jsonr_string(struct jsonr *r, struct text *t)
{
	if (peek(r) == '"')
		return take_string(r, t);
	jsonr_skip(r);
	return false;
}

/* ---- containers ---- */

static bool
open_with(struct jsonr *r, char bracket)
{
	if (peek(r) != bracket) {
		jsonr_skip(r);
		return false;
	}
	if (r->depth == JSONR_DEPTH)
		return fail(r);
	r->at++;
	r->depth++;
	r->first = true;
	return true;
}

bool
jsonr_object_open(struct jsonr *r)
{
	return open_with(r, '{');
}

bool
jsonr_array_open(struct jsonr *r)
{
	return open_with(r, '[');
}

/* Up to the next key or element; false when BRACKET ends it all. */
static bool
next(struct jsonr *r, char bracket)
{
	char c = peek(r);

	if (r->failed)
		return false;
	if (c == bracket) {
		r->at++;
		r->depth--;
		r->first = false;
		return false;
	}
	if (!r->first) {
		if (c != ',')
			return fail(r);
		r->at++;
	}
	r->first = false;
	return true;
}

bool
jsonr_object_next(struct jsonr *r, struct jsonr_key *key)
{
	if (!next(r, '}'))
		return false;
	if (peek(r) != '"')
		return fail(r);
	/* keys are compared as they are written (jsonr_key_is) */
	key->at = r->at + 1;
	if (!skip_string(r))
		return false;
	key->length = (size_t)(r->at - 1 - key->at);
	if (peek(r) != ':')
		return fail(r);
	r->at++;
	return true;
}

bool
jsonr_array_next(struct jsonr *r)
{
	return next(r, ']');
}

bool
jsonr_key_is(struct jsonr_key key, const char *name)
{
	if (key.length == 0)
		return *name == '\0';
	/* most keys differ in their first byte; none holds a NUL (string_end, jsonescape_add), so a NAME that is shorter differs
	 * from it at its own, and nothing behind that is looked at */
	return *key.at == *name && strncmp(key.at, name, key.length) == 0 && name[key.length] == '\0';
}

/* ---- numbers ---- */

static const char *
digits_end(const char *p, const char *end)
{
	while (p < end && *p >= '0' && *p <= '9')
		p++;
	return p;
}

/* The parts of a number as RFC 8259 writes it. */
struct number {
	const char *whole, *whole_end;       /* digits */
	const char *fraction, *fraction_end; /* digits; empty where there are none */
	bool negative, exponent;
};

/* Take the number at r->at. False when it is not one; nothing is taken then. */
static bool
take_number(struct jsonr *r, struct number *n)
{
	const char *p = r->at;

	n->negative = p < r->end && *p == '-';
	p += n->negative;
	n->whole = p;
	n->whole_end = p = digits_end(p, r->end);
	if (n->whole == p || (*n->whole == '0' && p - n->whole > 1))
		return false;
	n->fraction = n->fraction_end = p;
	if (p < r->end && *p == '.') {
		n->fraction = p + 1;
		n->fraction_end = p = digits_end(p + 1, r->end);
		if (n->fraction == p)
			return false;
	}
	n->exponent = p < r->end && (*p == 'e' || *p == 'E');
	if (n->exponent) {
		p += 1 + (p + 1 < r->end && (p[1] == '+' || p[1] == '-'));
		if (digits_end(p, r->end) == p)
			return false;
		p = digits_end(p, r->end);
	}
	r->at = p;
	r->first = false;
	return true;
}

/* Digits as a number, negative, for which int64_t has one more. False when it does not fit. */
static bool
negative_of(const char *p, const char *end, int64_t *value)
{
	for (*value = 0; p < end; p++) {
		if (*value < (INT64_MIN + (*p - '0')) / 10)
			return false;
		*value = *value * 10 - (*p - '0');
	}
	return true;
}

static bool
starts_number(struct jsonr *r)
{
	char c = peek(r);

	return c == '-' || (c >= '0' && c <= '9');
}

/* The number that comes next; false when something else did, or nothing valid. */
static bool
number(struct jsonr *r, struct number *n)
{
	if (!starts_number(r)) {
		jsonr_skip(r);
		return false;
	}
	return take_number(r, n) || fail(r);
}

bool
jsonr_integer(struct jsonr *r, int64_t *value)
{
	struct number n;
	int64_t v;

	if (!number(r, &n) || n.exponent || n.fraction != n.fraction_end || !negative_of(n.whole, n.whole_end, &v))
		return false;
	if (!n.negative && v == INT64_MIN)
		return false;
	*value = n.negative ? v : -v;
	return true;
}

bool
jsonr_thousandths(struct jsonr *r, int64_t *value)
{
	struct number n;
	int64_t v;

	if (!number(r, &n) || n.exponent || !negative_of(n.whole, n.whole_end, &v) || v < -1000000000000000)
		return false;
	/* three digits more have room: see the bound above */
	for (int i = 0; i < 3; i++)
		v = v * 10 - (n.fraction + i < n.fraction_end ? n.fraction[i] - '0' : 0);
	*value = n.negative ? v : -v;
	return true;
}

/* ---- anything ---- */

static bool
skip_word(struct jsonr *r, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(r->end - r->at) < n || memcmp(r->at, word, n) != 0)
		return fail(r);
	r->at += n;
	r->first = false;
	return true;
}

bool
jsonr_bool(struct jsonr *r, bool *value)
{
	char c = peek(r);

	if (c != 't' && c != 'f') {
		jsonr_skip(r);
		return false;
	}
	if (!skip_word(r, c == 't' ? "true" : "false"))
		return false;
	*value = c == 't';
	return true;
}

/* A value without others in it; false when there is none, or when one that has begins. */
static bool
skip_simple(struct jsonr *r)
{
	struct number n;

	switch (peek(r)) {
	case '"': return skip_string(r);
	case 't': return skip_word(r, "true");
	case 'f': return skip_word(r, "false");
	case 'n': return skip_word(r, "null");
	default: return (starts_number(r) && take_number(r, &n)) || fail(r);
	}
}

/* Not by recursion, though JSONR_DEPTH would bound it: one bit a level tells objects from arrays. */
void
jsonr_skip(struct jsonr *r)
{
	unsigned base = r->depth;
	uint64_t objects = 0;
	struct jsonr_key key;

	do {
		char c = peek(r);

		if (c == '{' || c == '[') {
			if (!open_with(r, c))
				return;
			objects = objects << 1 | (c == '{');
		} else if (!skip_simple(r)) {
			return;
		}
		while (r->depth > base && !((objects & 1) != 0 ? jsonr_object_next(r, &key) : jsonr_array_next(r))) {
			if (r->failed)
				return;
			objects >>= 1;
		}
	} while (r->depth > base && !r->failed);
}
