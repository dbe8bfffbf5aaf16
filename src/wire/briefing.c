#include "wire/briefing.h"

#include <string.h>

#include "base/text.h"

static const struct {
	const char *name; /* with the = */
	enum briefing_form form;
} rows[BRIEFING_COUNT] = {
#define X(name, word, form) { word, form },
	BRIEFING_VARIABLES(X)
#undef X
};

/* Shells split words and expand patterns in what is not quoted: in these there is nothing to be split or expanded. */
static bool
is_word(const char *value, size_t n)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789.-_";

	for (size_t i = 0; i < n; i++)
		if (value[i] == '\0' || strchr(allowed, value[i]) == NULL)
			return false;
	return n > 0;
}

/* JSON escapes control characters (RFC 8259, 7), so that none of its bytes is one. Whether it is JSON is for those who read it:
 * who parses is who can be fooled. */
static bool
is_object(const char *value, size_t n)
{
	size_t k = 0;

	if (n < 2 || value[0] != '{' || value[n - 1] != '}')
		return false;
	for (size_t i = 0; i < n; i += k) {
		k = text_utf8_length(value + i, n - i);
		if (k == 0 || (unsigned char)value[i] < ' ')
			return false;
	}
	return true;
}

static bool
has_form(enum briefing_form form, const char *value, size_t n)
{
	switch (form) {
	case BRIEFING_WORD: return is_word(value, n);
	case BRIEFING_OBJECT: return is_object(value, n);
	}
	return false;
}

size_t
briefing_write(const char *const values[BRIEFING_COUNT], size_t object_length, char *out)
{
	struct text t;

	text_init(&t, out, BRIEFING_MAX);
	for (unsigned i = 0; i < BRIEFING_COUNT; i++) {
		size_t n = i == BRIEFING_INCIDENT ? object_length : strlen(values[i]);

		if (!has_form(rows[i].form, values[i], n) || !text_add(&t, rows[i].name) ||
			!text_addn(&t, values[i], n) || !text_addn(&t, "", 1))
			return 0;
	}
	return t.len;
}

bool
briefing_read(char *bytes, size_t n, char *variables[BRIEFING_COUNT])
{
	char *at = bytes, *const end = bytes + n;

	for (unsigned i = 0; i < BRIEFING_COUNT; i++) {
		const char *nul = memchr(at, '\0', (size_t)(end - at));
		size_t name = strlen(rows[i].name), length = nul != NULL ? (size_t)(nul - at) : 0;

		if (length < name || memcmp(at, rows[i].name, name) != 0 ||
			!has_form(rows[i].form, at + name, length - name))
			return false;
		variables[i] = at;
		at += length + 1;
	}
	return at == end;
}
