#include "wire/jsonw.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { FIRST_SIZE = 1024 };

void
jsonw_init(struct jsonw *w, size_t max)
{
	*w = (struct jsonw){ .max = max };
}

/* The bound stays: it can be written to again. */
void
jsonw_free(struct jsonw *w)
{
	free(w->at);
	jsonw_init(w, w->max);
}

char *
jsonw_take(struct jsonw *w, size_t *length)
{
	char *at;

	assert(w->failed || w->depth == 0);
	if (w->failed || w->at == NULL) {
		jsonw_free(w);
		return NULL;
	}
	at = w->at;
	at[w->len] = '\0'; /* reserve() kept room */
	*length = w->len + 1;
	jsonw_init(w, w->max);
	return at;
}

/* Room for N bytes and a NUL behind them; NULL from the first time on that there is none. */
static char *
reserve(struct jsonw *w, size_t n)
{
	size_t size = w->size == 0 ? FIRST_SIZE : w->size;
	char *at;

	if (w->failed || n >= w->max - w->len) { /* len < max always: the NUL has room */
		w->failed = true;
		return NULL;
	}
	if (n < w->size - w->len)
		return w->at + w->len;
	while (size <= w->len + n)
		size *= 2;
	if (size > w->max)
		size = w->max;
	at = realloc(w->at, size);
	if (at == NULL) {
		w->failed = true;
		return NULL;
	}
	w->at = at;
	w->size = size;
	return w->at + w->len;
}

static void
add(struct jsonw *w, const char *bytes, size_t n)
{
	char *at = reserve(w, n);

	if (at == NULL)
		return;
	memcpy(at, bytes, n);
	w->len += n;
}

/* What stands between the value that comes and the one before it. */
static void
separate(struct jsonw *w)
{
	if (w->comma)
		add(w, ",", 1);
	w->comma = true;
}

static void
open_with(struct jsonw *w, const char *bracket)
{
	separate(w);
	add(w, bracket, 1);
	w->comma = false;
	w->depth++;
}

static void
close_with(struct jsonw *w, const char *bracket)
{
	assert(w->depth > 0);
	add(w, bracket, 1);
	w->comma = true;
	w->depth--;
}

void
jsonw_object_open(struct jsonw *w)
{
	open_with(w, "{");
}

void
jsonw_object_close(struct jsonw *w)
{
	close_with(w, "}");
}

void
jsonw_array_open(struct jsonw *w)
{
	open_with(w, "[");
}

void
jsonw_array_close(struct jsonw *w)
{
	close_with(w, "]");
}

void
jsonw_key(struct jsonw *w, const char *key)
{
	separate(w);
	add(w, "\"", 1);
	add(w, key, strlen(key));
	add(w, "\":", 2);
	w->comma = false;
}

/* U+0080 to U+009F, in UTF-8 0xc2 and then the number itself: to a terminal some of them are what ESC and a letter are
 * (ECMA-48 5.3), and what we write may be printed as it is. */
static bool
is_c1(const char *s, size_t k)
{
	return k == 2 && (unsigned char)s[0] == 0xc2 && (unsigned char)s[1] < 0xa0;
}

/* Write what stands for the character at S (of N bytes), and say how long it is there. */
static size_t
add_character(struct jsonw *w, const char *s, size_t n)
{
	static const char hex[] = "0123456789abcdef";
	size_t k = text_utf8_length(s, n);
	unsigned char c = (unsigned char)s[0];

	if (k == 0) {
		add(w, "\xef\xbf\xbd", 3); /* U+FFFD */
		return 1;
	}
	if (c == '"' || c == '\\')
		add(w, (const char[]){ '\\', s[0] }, 2);
	else if (c < 0x20 || c == 0x7f || is_c1(s, k)) {
		c = (unsigned char)s[k - 1];
		add(w, (const char[]){ '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] }, 6);
	} else
		add(w, s, k);
	return k;
}

/* How many of the N bytes at S stand for themselves: most strings are nothing else. */
static size_t
plain_length(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && s[i] >= 0x20 && s[i] < 0x7f && s[i] != '"' && s[i] != '\\')
		i++;
	return i;
}

void
jsonw_stringn(struct jsonw *w, const char *bytes, size_t n)
{
	if (bytes == NULL) {
		jsonw_null(w);
		return;
	}
	separate(w);
	add(w, "\"", 1);
	for (size_t i = 0; i < n && !w->failed;) {
		size_t plain = plain_length(bytes + i, n - i);

		if (plain > 0)
			add(w, bytes + i, plain);
		i += plain > 0 ? plain : add_character(w, bytes + i, n - i);
	}
	add(w, "\"", 1);
}

void
jsonw_string(struct jsonw *w, const char *words)
{
	jsonw_stringn(w, words, words == NULL ? 0 : strlen(words));
}

/* The digits of VALUE, the last DECIMALS of them behind a point. Not printf(3): its point is the locale's, and this is
 * most of what a long answer is made of. */
static void
add_number(struct jsonw *w, int64_t value, unsigned decimals)
{
	char digits[24];
	char *end = digits + sizeof digits, *p = end;
	uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value; /* INT64_MIN has digits, too */

	/* at least one digit stands before the point */
	for (unsigned i = 0; rest > 0 || i <= decimals; i++) {
		if (i == decimals && decimals > 0)
			*--p = '.';
		*--p = (char)('0' + rest % 10);
		rest /= 10;
	}
	if (value < 0)
		*--p = '-';
	separate(w);
	add(w, p, (size_t)(end - p));
}

void
jsonw_integer(struct jsonw *w, int64_t value)
{
	add_number(w, value, 0);
}

void
jsonw_thousandths(struct jsonw *w, int64_t value)
{
	add_number(w, value, 3);
}

static void
add_word(struct jsonw *w, const char *word)
{
	separate(w);
	add(w, word, strlen(word));
}

void
jsonw_bool(struct jsonw *w, bool value)
{
	add_word(w, value ? "true" : "false");
}

void
jsonw_null(struct jsonw *w)
{
	add_word(w, "null");
}

void
jsonw_raw(struct jsonw *w, const char *value, size_t n)
{
	separate(w);
	add(w, value, n);
}

void
jsonw_key_string(struct jsonw *w, const char *key, const char *words)
{
	jsonw_key(w, key);
	jsonw_string(w, words);
}

void
jsonw_key_integer(struct jsonw *w, const char *key, int64_t value)
{
	jsonw_key(w, key);
	jsonw_integer(w, value);
}

void
jsonw_key_thousandths(struct jsonw *w, const char *key, int64_t value)
{
	jsonw_key(w, key);
	jsonw_thousandths(w, value);
}

void
jsonw_key_bool(struct jsonw *w, const char *key, bool value)
{
	jsonw_key(w, key);
	jsonw_bool(w, value);
}

void
jsonw_key_null(struct jsonw *w, const char *key)
{
	jsonw_key(w, key);
	jsonw_null(w);
}

void
jsonw_known_integer(struct jsonw *w, const char *key, bool known, int64_t value)
{
	jsonw_key(w, key);
	if (known)
		jsonw_integer(w, value);
	else
		jsonw_null(w);
}

void
jsonw_known_thousandths(struct jsonw *w, const char *key, bool known, int64_t value)
{
	jsonw_key(w, key);
	if (known)
		jsonw_thousandths(w, value);
	else
		jsonw_null(w);
}

void
jsonw_known_bool(struct jsonw *w, const char *key, bool known, bool value)
{
	jsonw_key(w, key);
	if (known)
		jsonw_bool(w, value);
	else
		jsonw_null(w);
}
