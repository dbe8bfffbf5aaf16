#include "wire/flatline.h"

#include <string.h>

/* What stands first is tried first: the longer before what it begins with. "#012" is a newline in octal, as rsyslog
 * writes control characters. */
static const struct {
	const char *written, *meant;
} forms[] = {
	{ "\\r\\n", "\n" },
	{ "\\n", "\n" },
	{ "\\\"", "\"" },
	{ "#012", "\n" },
	{ "\",\"", "\n" },
	{ "\", \"", "\n" },
};

/* The form that AT begins with, or NULL, and its length. */
static const char *
meant_by(const char *at, size_t n, size_t *length)
{
	for (unsigned i = 0; i < sizeof forms / sizeof forms[0]; i++) {
		*length = strlen(forms[i].written);
		if (n >= *length && memcmp(at, forms[i].written, *length) == 0)
			return forms[i].meant;
	}
	return NULL;
}

void
flatline_read(struct text *out, const char *line, size_t length)
{
	const char *at = line, *end = line + length, *kept = line;

	while (at < end) {
		size_t n = 1;
		const char *meant =
			strchr("\\#\"", *at) != NULL && *at != '\0' ? meant_by(at, (size_t)(end - at), &n) : NULL;

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
