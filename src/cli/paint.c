#include "cli/paint.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/text.h"

/* Escape sequences that every terminal of the last thirty years knows; terminfo would cost more than the rest of
 * the command. */
static const char *const switches[COLOUR_COUNT] = {
	[COLOUR_PLAIN] = "",
	[COLOUR_TITLE] = "\033[1m",
	[COLOUR_FAINT] = "\033[2m",
	[COLOUR_GOOD] = "\033[32m",
	[COLOUR_BUSY] = "\033[33m",
	[COLOUR_BAD] = "\033[1;31m",
};

/* NO_COLOR, set and not empty: https://no-color.org. */
static bool
wants_colours(void)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return (no == NULL || *no == '\0') && term != NULL && strcmp(term, "dumb") != 0;
}

static unsigned
terminal_width(int fd)
{
	struct winsize size;
	const char *columns = getenv("COLUMNS");
	int64_t n;

	/* the kernel's before COLUMNS: that is of when the shell last looked */
	if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	if (columns != NULL && text_parse_int(columns, 20, 10000, &n))
		return (unsigned)n;
	return 80;
}

struct paint
paint_for(int fd)
{
	/* for a program each line is whole, however long: grep(1) and cut(1) rely on it */
	if (!isatty(fd))
		return (struct paint){ .width = UINT32_MAX };
	return (struct paint){ .terminal = true, .colours = wants_colours(), .width = terminal_width(fd) };
}

const char *
paint_on(struct paint p, enum colour colour)
{
	return p.colours ? switches[colour] : "";
}

/* All off: nothing here is coloured within something coloured. */
const char *
paint_off(struct paint p, enum colour colour)
{
	return p.colours && colour != COLOUR_PLAIN ? "\033[0m" : "";
}

void
paint_visible(FILE *out, const char *words)
{
	char buffer[2048]; /* more is cut: what is said is a sentence, not a file */
	struct text t;

	text_init(&t, buffer, sizeof buffer);
	text_add_visible(&t, words, strlen(words));
	fputs(buffer, out);
}

unsigned
paint_columns(const char *words)
{
	unsigned n = 0;

	for (; *words != '\0'; words++)
		n += (*words & 0xc0) != 0x80; /* bytes that continue a character take no column */
	return n;
}

size_t
paint_line_length(const char *words, unsigned width)
{
	size_t i = 0, blank = 0;
	unsigned columns = 0;

	for (; words[i] != '\0'; i++) {
		if (words[i] == ' ')
			blank = i;
		/* a column for each character: bytes that go on with one in UTF-8 take none */
		if ((words[i] & 0xc0) != 0x80 && columns++ == width)
			return blank > 0 ? blank : i;
	}
	return i;
}

void
paint_wrapped(FILE *out, struct paint p, enum colour colour, const char *words, unsigned indent)
{
	unsigned width = p.width > indent + PAINT_NARROWEST ? p.width - indent : PAINT_NARROWEST;

	while (*words != '\0') {
		size_t n = paint_line_length(words, width);

		fprintf(out, "%*s%s%.*s%s\n", (int)indent, "", paint_on(p, colour), (int)n, words,
			paint_off(p, colour));
		words += n;
		words += strspn(words, " ");
	}
}
