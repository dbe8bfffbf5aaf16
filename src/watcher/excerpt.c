#include "watcher/excerpt.h"

#include <ctype.h>
#include <string.h>

enum { STAMP = 25 /* "2026-11-20T16:57:11.123Z " */, LONGEST = 160 };

struct line {
	const char *at;
	size_t n;
};

/* What the service wrote, without what lineformat put around it. */
static struct line
undress(struct line line)
{
	static const char key[] = "\"line\":\"";
	const char *p;

	if (line.n > STAMP && line.at[4] == '-' && line.at[10] == 'T' && line.at[23] == 'Z')
		return (struct line){ line.at + STAMP, line.n - STAMP };
	if (line.n < 3 || line.at[0] != '{' || (p = memmem(line.at, line.n, key, sizeof key - 1)) == NULL)
		return line;
	p += sizeof key - 1;
	line.n -= (size_t)(p - line.at);
	line.at = p;
	if (line.n >= 2 && line.at[line.n - 1] == '}' && line.at[line.n - 2] == '"')
		line.n -= 2;
	return line;
}

static bool
ends_with(const char *word, size_t n, const char *end)
{
	size_t k = strlen(end);

	return n >= k && memcmp(word + n - k, end, k) == 0;
}

/* gunicorn/util.py import_app(): an application that is not in its module is told without any traceback. */
static bool
is_no_application(struct line line)
{
	static const char words[] = "Failed to find attribute ";

	return line.n >= sizeof words - 1 && memcmp(line.at, words, sizeof words - 1) == 0;
}

/* "package.SomeError: text": how Python ends a traceback. */
static bool
is_exception(struct line line)
{
	size_t n = 0;

	while (n < line.n && (isalnum((unsigned char)line.at[n]) || line.at[n] == '_' || line.at[n] == '.'))
		n++;
	if (n == 0 || (n < line.n && line.at[n] != ':'))
		return false;
	/* SystemExit and KeyboardInterrupt end as Exit and Interrupt do */
	return ends_with(line.at, n, "Error") || ends_with(line.at, n, "Exception") || ends_with(line.at, n, "Exit") ||
		ends_with(line.at, n, "Interrupt");
}

static bool
is_error(struct line line)
{
	return memmem(line.at, line.n, "[ERROR]", 7) != NULL || memmem(line.at, line.n, "[CRITICAL]", 10) != NULL ||
		memmem(line.at, line.n, "rror: ", 6) != NULL;
}

bool
excerpt_find(struct text *t, const char *bytes, size_t n)
{
	struct line exception = { 0 }, error = { 0 };

	while (n > 0) {
		const char *end = memchr(bytes, '\n', n);
		size_t k = end == NULL ? n : (size_t)(end - bytes);
		struct line line = undress((struct line){ bytes, k });

		if (is_exception(line) || is_no_application(line)) /* the last one: it says what ended it all */
			exception = line;
		else if (is_error(line))
			error = line;
		k += end != NULL;
		bytes += k;
		n -= k;
	}
	if (exception.at == NULL)
		exception = error;
	if (exception.at == NULL)
		return false;
	text_add_visible(t, exception.at, exception.n < LONGEST ? exception.n : LONGEST);
	return true;
}
