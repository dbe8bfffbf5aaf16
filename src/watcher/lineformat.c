#include "watcher/lineformat.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/text.h"

/* The remainders never change anything: they tell the compiler how long each number can be at most. */
void
lineformat_stamp(char stamp[LINEFORMAT_STAMP], msec wall)
{
	time_t seconds = (time_t)(wall / 1000);
	struct tm tm;

	/* UTC, whatever the watcher's zone: logs of several machines are laid side by side */
	gmtime_r(&seconds, &tm);
	snprintf(stamp, LINEFORMAT_STAMP, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ", (unsigned)(tm.tm_year + 1900) % 10000,
		(unsigned)(tm.tm_mon + 1) % 100, (unsigned)tm.tm_mday % 100, (unsigned)tm.tm_hour % 100,
		(unsigned)tm.tm_min % 100, (unsigned)tm.tm_sec % 100, (unsigned)(wall % 1000) % 1000);
}

struct output {
	char *at;
	size_t len, room;
};

static void
put(struct output *o, const char *bytes, size_t n)
{
	memcpy(o->at + o->len, bytes, n);
	o->len += n;
}

static void
put_words(struct output *o, const char *words)
{
	put(o, words, strlen(words));
}

/* What stands before a line. Service names are plain ([A-Za-z0-9_.@-]): nothing in them needs an escape. */
static void
begin_line(struct lineformat *f, struct output *o, const char *service, const char *stamp)
{
	if (f->format == PAGE_LOG_JSON) {
		put_words(o, "{\"time\":\"");
		put_words(o, stamp);
		put_words(o, "\",\"service\":\"");
		put_words(o, service);
		put_words(o, "\",\"line\":\"");
	} else {
		put_words(o, stamp);
		put_words(o, " ");
	}
	f->mid = true;
}

static void
put_ascii(struct output *o, unsigned char c)
{
	static const char letters[] = "btn?fr"; /* \b is 8; 11 has none (RFC 8259, 7) */

	if (c == '"' || c == '\\') {
		put(o, (const char[]){ '\\', (char)c }, 2);
	} else if (c >= 8 && c <= 13 && c != 11) {
		put(o, (const char[]){ '\\', letters[c - 8] }, 2);
	} else if (c < 0x20 || c == 0x7f) {
		char escape[7];

		snprintf(escape, sizeof escape, "\\u%04x", c);
		put(o, escape, 6);
	} else {
		put(o, (const char *)&c, 1);
	}
}

static void
put_unknown(struct lineformat *f, struct output *o)
{
	put_words(o, "\\ufffd");
	f->held = 0;
}

/* One byte of a line in JSON. False: what was held is no character; the byte is to be offered again. */
static bool
put_json(struct lineformat *f, struct output *o, unsigned char c)
{
	unsigned char first = (unsigned char)f->bytes[0];

	if (f->held > 0 && !text_utf8_goes_on(first, f->held, c)) {
		put_unknown(f, o);
		return false;
	}
	if (f->held == 0 && c < 0x80) {
		put_ascii(o, c);
		return true;
	}
	f->bytes[f->held++] = (char)c;
	first = (unsigned char)f->bytes[0];
	if (text_utf8_size(first) == 0) {
		put_unknown(f, o);
	} else if (f->held == text_utf8_size(first)) {
		put(o, f->bytes, f->held);
		f->held = 0;
	}
	return true;
}

/* How many of N bytes at S stand for themselves in JSON. */
static size_t
plain_run(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && (unsigned char)s[i] >= 0x20 && (unsigned char)s[i] < 0x7f && s[i] != '"' && s[i] != '\\')
		i++;
	return i;
}

static void
json_some(struct lineformat *f, struct output *o, const char **in, size_t *n)
{
	size_t room = o->room - o->len, k = f->held > 0 ? 0 : plain_run(*in, *n < room ? *n : room);

	put(o, *in, k);
	*in += k;
	*n -= k;
	/* the longest step is an escape for what was held, and a line's end */
	if (*n == 0 || o->room - o->len < 16)
		return;
	if (**in == '\n') {
		if (f->held > 0)
			put_unknown(f, o);
		put_words(o, "\"}\n");
		f->mid = false;
	} else if (!put_json(f, o, (unsigned char)**in)) {
		return;
	}
	++*in;
	--*n;
}

/* As it is, up to the end of the line: only its beginning gets something in front. */
static void
text_some(struct lineformat *f, struct output *o, const char **in, size_t *n)
{
	size_t k = *n < o->room - o->len ? *n : o->room - o->len;
	const char *end = memchr(*in, '\n', k);

	if (end != NULL) {
		k = (size_t)(end - *in) + 1;
		f->mid = false;
	}
	put(o, *in, k);
	*in += k;
	*n -= k;
}

size_t
lineformat_run(struct lineformat *f, const char *service, const char *stamp, const char **in, size_t *n, char *out,
	size_t room)
{
	struct output o = { out, 0, room };

	/* room for a line's beginning (service names have at most 47 bytes), or an escape */
	while (*n > 0 && o.room - o.len >= 128) {
		if (!f->mid && f->format != PAGE_LOG_PLAIN)
			begin_line(f, &o, service, stamp);
		if (f->format == PAGE_LOG_JSON)
			json_some(f, &o, in, n);
		else
			text_some(f, &o, in, n);
	}
	return o.len;
}

size_t
lineformat_end(struct lineformat *f, char *out)
{
	struct output o = { out, 0, 16 };

	if (!f->mid || f->format == PAGE_LOG_PLAIN)
		return 0;
	if (f->format == PAGE_LOG_JSON) {
		if (f->held > 0)
			put_unknown(f, &o);
		put_words(&o, "\"}");
	}
	put_words(&o, "\n");
	f->mid = false;
	return o.len;
}
