#include "wire/flatline.h"

#include <string.h>

/* What stands first is tried first: the longer before what it begins with. "#012" is a newline in octal, as rsyslog
 * writes control characters. */
static const struct {
	const char *written, *meant;
	bool copied; /* only where a person may have copied it */
} forms[] = {
	{ "\\r\\n", "\n", false },
	{ "\\n", "\n", false },
	{ "\\\"", "\"", false },
	{ "#012", "\n", false },
	{ "\",\"", "\n", false },
	{ "\", \"", "\n", false },
	/* newlines that became blanks */
	{ " File \"", "\n  File \"", true },
	{ " Traceback (most recent", "\nTraceback (most recent", true },
	{ " During handling of the above", "\nDuring handling of the above", true },
	{ " The above exception was", "\nThe above exception was", true },
	{ " gunicorn.errors.HaltServer: ", "\ngunicorn.errors.HaltServer: ", true },
	/* and quotes that a word processor, a chat or Markdown has bent */
	{ " File \xe2\x80\x9c", "\n  File \"", true },
	{ "\xe2\x80\x9d, line ", "\", line ", true },
};

/* Does a header of Gunicorn's begin behind the blank at AT: " [2026-11-20 15:25:49 +0000] ["? */
static bool
is_before_header(const char *at, size_t n)
{
	static const char form[] = " [2000-00-00 00:00:00 ";

	if (n < sizeof form - 1)
		return false;
	for (size_t i = 0; i < sizeof form - 1; i++)
		if (form[i] == '0' ? at[i] < '0' || at[i] > '9' : at[i] != form[i])
			return false;
	return true;
}

/* The form that AT begins with, or NULL, and its length. */
static const char *
meant_by(const char *at, size_t n, bool copied, size_t *length)
{
	*length = 1;
	if (copied && is_before_header(at, n))
		return "\n";
	for (unsigned i = 0; i < sizeof forms / sizeof forms[0]; i++) {
		if (forms[i].copied && !copied)
			continue;
		*length = strlen(forms[i].written);
		if (n >= *length && memcmp(at, forms[i].written, *length) == 0)
			return forms[i].meant;
	}
	return NULL;
}

static bool
starts(const char *at, const char *end, const char *words)
{
	size_t n = strlen(words);

	return (size_t)(end - at) >= n && memcmp(at, words, n) == 0;
}

/* The blank before "ModuleNotFoundError: " or "Exception: ", where its last word begins at AT; NULL: no name of an exception is
 * there. Not further back than FROM. */
static const char *
blank_before_error(const char *from, const char *at, const char *end)
{
	if (!starts(at, end, "Error: ") && !starts(at, end, "Exception: "))
		return NULL;
	while (at > from &&
		((at[-1] >= 'A' && at[-1] <= 'Z') || (at[-1] >= 'a' && at[-1] <= 'z') ||
			(at[-1] >= '0' && at[-1] <= '9') || at[-1] == '_' || at[-1] == '.'))
		at--;
	return at > from && at[-1] == ' ' ? at - 1 : NULL;
}

void
flatline_read(struct text *out, const char *line, size_t length, bool copied)
{
	/* from `kept` to `at` all is as it stands, and is added in one piece when something else comes */
	const char *at = line, *end = line + length, *kept = line;

	while (at < end) {
		size_t n = 1;
		const char *meant = strchr("\\#\" \xe2", *at) != NULL && *at != '\0' ?
			meant_by(at, (size_t)(end - at), copied, &n) :
			NULL;
		const char *blank = copied && *at == 'E' ? blank_before_error(kept, at, end) : NULL;

		if (blank != NULL) {
			text_addn(out, kept, (size_t)(blank - kept));
			text_add(out, "\n");
			kept = blank + 1;
		}
		if (meant == NULL) {
			at++;
			continue;
		}
		text_addn(out, kept, (size_t)(at - kept));
		text_add(out, meant);
		at += n;
		kept = at;
	}
	text_addn(out, kept, (size_t)(end - kept));
}

/* Only every sixteenth byte is looked at: blanks up to the edge of a screen are many. */
const char *
flatline_next(const char *line, size_t length)
{
	static const char blanks[] = "                ";
	enum { STEP = sizeof blanks - 1 };

	for (size_t at = STEP; at + STEP < length; at += STEP) {
		if (line[at] != ' ' || memcmp(line + at, blanks, STEP) != 0)
			continue;
		while (at < length && line[at] == ' ')
			at++;
		return at < length ? line + at : NULL;
	}
	return NULL;
}
