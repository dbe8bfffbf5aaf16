#include "base/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
text_init(struct text *t, char *buffer, size_t size)
{
	*t = (struct text){ .at = buffer, .size = size };
	buffer[0] = '\0';
}

bool
text_addn(struct text *t, const char *bytes, size_t n)
{
	size_t room = t->size - 1 - t->len;

	if (n > room) { /* as much as fits: half a word tells more than none */
		n = room;
		t->cut = true;
	}
	memcpy(t->at + t->len, bytes, n);
	t->len += n;
	t->at[t->len] = '\0';
	return !t->cut;
}

bool
text_add(struct text *t, const char *words)
{
	return text_addn(t, words, strlen(words));
}

bool
text_addf(struct text *t, const char *fmt, ...)
{
	size_t room = t->size - t->len;
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(t->at + t->len, room, fmt, args);
	va_end(args);
	/* vsnprintf(3) fails for wide characters only that have no bytes; what was there stands */
	if (n < 0)
		return false;
	if ((size_t)n >= room) {
		t->cut = true;
		t->len = t->size - 1;
	} else {
		t->len += (size_t)n;
	}
	return !t->cut;
}

size_t
text_utf8_size(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first < 0xc2) /* a later byte of a character, or a form that is overlong with any */
		return 0;
	return first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
}

/* Where not every later byte may follow, it is the second that tells (Unicode 15, table 3-7). */
bool
text_utf8_goes_on(unsigned char first, size_t i, unsigned char c)
{
	unsigned char low = 0x80, high = 0xbf;

	if (i == 1 && first == 0xe0)
		low = 0xa0;
	if (i == 1 && first == 0xed)
		high = 0x9f;
	if (i == 1 && first == 0xf0)
		low = 0x90;
	if (i == 1 && first == 0xf4)
		high = 0x8f;
	return c >= low && c <= high;
}

size_t
text_utf8_length(const char *bytes, size_t n)
{
	const unsigned char *s = (const unsigned char *)bytes;
	size_t want = text_utf8_size(s[0]);

	if (want > n)
		return 0;
	for (size_t i = 1; i < want; i++)
		if (!text_utf8_goes_on(s[0], i, s[i]))
			return 0;
	return want;
}

/* Of the character of K bytes at S: does it do something to a terminal rather than show? C0, DEL, and the C1 controls
 * (U+0080 to U+009F). */
static bool
is_control(const unsigned char *s, size_t k)
{
	return (k == 1 && (s[0] < 0x20 || s[0] == 0x7f) && s[0] != '\t') || (k == 2 && s[0] == 0xc2 && s[1] < 0xa0);
}

bool
text_add_visible(struct text *t, const char *bytes, size_t n)
{
	const unsigned char *s = (const unsigned char *)bytes;

	for (size_t i = 0; i < n && !t->cut;) {
		size_t k = text_utf8_length(bytes + i, n - i);

		if (t->size - 1 - t->len < k) {
			t->cut = true; /* half a character would be a broken one */
		} else if (k == 0 || is_control(s + i, k)) {
			text_addf(t, "\\x%02x", s[i]);
			k = 1;
		} else {
			text_addn(t, bytes + i, k);
		}
		i += k;
	}
	return !t->cut;
}

static const struct {
	const char *word;
	msec length;
} units[] = {
	{ "d", 86400000 },
	{ "h", 3600000 },
	{ "m", 60000 },
	{ "s", 1000 },
	{ "ms", 1 },
};
enum { UNITS = sizeof units / sizeof units[0] };

bool
text_add_duration(struct text *t, msec d)
{
	unsigned parts = 0;

	if (d <= 0)
		return text_add(t, "0s");
	for (unsigned i = 0; i < UNITS && parts < 2 && d > 0; i++) {
		if (d < units[i].length)
			continue;
		/* 3 is seconds, 4 milliseconds. Below ten seconds they count, and stand alone: not every program reads "1.5s" */
		if (i == 3 && parts == 0 && d % 1000 != 0 && d < 10000)
			continue;
		if (i == 4 && parts > 0) /* beside anything longer they do not */
			break;
		text_addf(t, "%lld%s", (long long)(d / units[i].length), units[i].word);
		d %= units[i].length;
		parts++;
	}
	return !t->cut;
}

bool
text_add_size(struct text *t, uint64_t bytes)
{
	const char *unit = "KMGTPE";
	double v = (double)bytes / 1024;

	if (bytes < 1024)
		return text_addf(t, "%u", (unsigned)bytes);
	for (; v >= 1024 && unit[1] != '\0'; unit++)
		v /= 1024;
	if (v >= 100 || v == (double)(long)v) /* "1.0G" says no more than "1G" */
		return text_addf(t, "%.0f%c", v, *unit);
	return text_addf(t, "%.1f%c", v, *unit);
}

/* Half of it, when it does not fit: callers that must not go on with half a name look at what this returns. */
bool
text_copy(char *dst, size_t size, const char *src)
{
	struct text t;

	text_init(&t, dst, size);
	return text_add(&t, src);
}

/* "12" or "1.5" at *P, in thousandths; false when there is no number or it is too large. */
static bool
parse_thousandths(const char **p, int64_t *out)
{
	int64_t v = 0, scale = 1000;
	const char *s = *p;

	for (; *s >= '0' && *s <= '9'; s++) {
		/* so that one more digit, and then the thousandths, have room */
		if (v > (INT64_MAX / 1000 - 10) / 10)
			return false;
		v = v * 10 + (*s - '0');
	}
	if (s == *p)
		return false;
	v *= 1000;
	if (*s == '.' && s[1] >= '0' && s[1] <= '9')
		for (s++; *s >= '0' && *s <= '9'; s++)
			v += (*s - '0') * (scale /= 10); /* from the fourth on it is 0, and so is what they weigh */
	*p = s;
	*out = v;
	return true;
}

bool
text_parse_duration(const char *words, msec *out)
{
	/* the first that fits is taken: what begins with another stands before it */
	static const struct {
		const char *word;
		msec length;
	} suffixes[] = {
		{ "ms", 1 },
		{ "s", 1000 },
		{ "min", 60000 },
		{ "m", 60000 },
		{ "h", 3600000 },
		{ "d", 86400000 },
	};
	const char *p = words;
	msec total = 0;

	do {
		bool is_first = p == words;
		int64_t thousandths;
		msec length = 0;
		size_t k = 0;

		if (!parse_thousandths(&p, &thousandths))
			return false;
		for (unsigned i = 0; i < sizeof suffixes / sizeof suffixes[0] && length == 0; i++) {
			k = strlen(suffixes[i].word);
			if (strncmp(p, suffixes[i].word, k) == 0)
				length = suffixes[i].length;
		}
		if (length == 0 && *p == '\0' && is_first) {
			length = 1000; /* a bare number is seconds, but not behind others: "1m30" may be a slip */
			k = 0;
		}
		if (length == 0 || thousandths > INT64_MAX / 4 / length) /* so that no sum of them can overflow */
			return false;
		total += thousandths * length / 1000;
		p += k;
	} while (*p != '\0' && total < INT64_MAX / 4);
	*out = total;
	return *p == '\0'; /* else the sum grew too large */
}

bool
text_parse_size(const char *words, uint64_t *out)
{
	static const char units_of[] = "KMGT";
	const char *p = words, *unit;
	int64_t thousandths;
	unsigned shift = 0;

	if (!parse_thousandths(&p, &thousandths))
		return false;
	if (*p != '\0' && (unit = strchr(units_of, *p >= 'a' ? *p - 32 : *p)) != NULL) {
		shift = 10 * ((unsigned)(unit - units_of) + 1);
		p++;
		if (*p == 'i')
			p++;
	}
	if (*p == 'B')
		p++;
	if (*p != '\0' || (uint64_t)thousandths > (UINT64_MAX >> shift))
		return false;
	/* shifted first, so that "1.5K" is not cut to a whole number before */
	*out = ((uint64_t)thousandths << shift) / 1000;
	return true;
}

bool
text_parse_int(const char *words, int64_t lowest, int64_t highest, int64_t *out)
{
	char *end;
	long long v;

	if (*words == '\0' || strchr("+ \t\n\v\f\r", *words) != NULL) /* strtoll(3) would pass over them */
		return false;
	errno = 0;
	v = strtoll(words, &end, 10);
	if (errno != 0 || *end != '\0' || v < lowest || v > highest)
		return false;
	*out = v;
	return true;
}

const char *
text_value_of(const char *assignment, const char *name)
{
	size_t n = strlen(name);

	return strncmp(assignment, name, n) == 0 && assignment[n] == '=' ? assignment + n + 1 : NULL;
}

static unsigned
least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Damerau and Levenshtein, restricted: three rows of a table. A swap looks two rows back, and no further. */
unsigned
text_distance(const char *a, const char *b)
{
	enum { MOST = 32 };
	unsigned rows[3][MOST + 1];
	unsigned la = (unsigned)strnlen(a, MOST), lb = (unsigned)strnlen(b, MOST);

	for (unsigned j = 0; j <= lb; j++)
		rows[0][j] = j;
	for (unsigned i = 1; i <= la; i++) {
		unsigned *row = rows[i % 3], *up = rows[(i + 2) % 3], *upup = rows[(i + 1) % 3];

		row[0] = i;
		for (unsigned j = 1; j <= lb; j++) {
			row[j] = least(up[j - 1] + (a[i - 1] != b[j - 1]), 1 + least(up[j], row[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = least(row[j], upup[j - 2] + 1);
		}
	}
	return rows[la % 3][lb];
}
