#include "wire/jsonescape.h"

#include <stdint.h>
#include <string.h>

/* Four hexadecimal digits at P as a number; -1 when they are not. Not strtol(3): that takes signs and blanks, and does not
 * stop at END. */
static int
hex4(const char *p, const char *end)
{
	static const char digits[] = "0123456789abcdef";
	int value = 0;

	for (int i = 0; i < 4; i++, p++) {
		const char *digit =
			p < end && *p != '\0' ? strchr(digits, *p >= 'A' && *p <= 'F' ? *p + 32 : *p) : NULL;

		if (digit == NULL)
			return -1;
		value = value * 16 + (int)(digit - digits);
	}
	return value;
}

static void
add_utf8(struct text *t, uint32_t c)
{
	static const uint32_t lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 }; /* of characters of so many bytes */
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	char bytes[4];

	for (size_t i = n; i-- > 1; c >>= 6)
		bytes[i] = (char)(0x80 | (c & 0x3f));
	bytes[0] = (char)(lead[n] | c);
	text_addn(t, bytes, n);
}

/* What follows "\u" at P: one unit of UTF-16, or two that belong together. Returns where it ends; NULL: malformed. */
static const char *
add_unit(struct text *t, const char *p, const char *end)
{
	int high = hex4(p, end), low;

	if (high < 0)
		return NULL;
	p += 4;
	if (high < 0xd800 || high > 0xdfff) {
		add_utf8(t, (uint32_t)high);
		return p;
	}
	low = high < 0xdc00 && end - p >= 6 && p[0] == '\\' && p[1] == 'u' ? hex4(p + 2, end) : -1;
	if (low < 0xdc00 || low > 0xdfff) {
		add_utf8(t, 0xfffd); /* half a pair */
		return p;
	}
	add_utf8(t, 0x10000u + ((uint32_t)(high - 0xd800) << 10) + (uint32_t)(low - 0xdc00));
	return p + 6;
}

const char *
jsonescape_add(struct text *t, const char *p, const char *end)
{
	static const char names[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
	const char *name = p < end && *p != '\0' ? strchr(names, *p) : NULL;

	if (name != NULL)
		text_addn(t, &meanings[name - names], 1);
	if (name != NULL)
		return p + 1;
	return p < end && *p == 'u' ? add_unit(t, p + 1, end) : NULL;
}
