#include "conf/lines.h"

#include <stdlib.h>
#include <string.h>

static const char blanks[] = " \t";

/* A line of the file. */
struct line {
	const char *at;    /* without its end */
	const char *after; /* where the next one begins; NULL when there is none */
	size_t length;
	size_t indent; /* blanks in front */
	bool is_empty, is_comment;
};

static bool
peek_line(const struct lines *l, struct line *line)
{
	const char *end;

	if (l->next == NULL)
		return false;
	end = l->next + strcspn(l->next, "\n");
	*line = (struct line){ .at = l->next, .length = (size_t)(end - l->next) };
	/* the last newline ends a line, and begins none */
	line->after = end[0] == '\0' || end[1] == '\0' ? NULL : end + 1;
	/* an editor of Windows' */
	if (line->length > 0 && end[-1] == '\r')
		line->length--;
	while (line->length > 0 && strchr(blanks, line->at[line->length - 1]) != NULL)
		line->length--;
	line->indent = strspn(line->at, blanks);
	line->is_empty = line->indent >= line->length;
	line->is_comment = !line->is_empty && strchr("#;", line->at[line->indent]) != NULL;
	return true;
}

static void
step_line(struct lines *l, const struct line *line)
{
	l->next = line->after;
	l->number++;
}

static struct build_place
here(const struct lines *l)
{
	return (struct build_place){ l->file, l->number };
}

/* Whether the line may be taken at all. Comments may hold anything; they are looked at as little as possible. */
static bool
check_line(struct lines *l, const struct line *line)
{
	/* no setting of ours is that long: most likely it is no text */
	if (line->length > CONF_LINE_MAX) {
		l->build->names_lost = true;
		build_complain(l->build, here(l), "the line is longer than %d bytes", CONF_LINE_MAX);
		return false;
	}
	for (size_t i = 0; i < line->length && !line->is_comment; i++) {
		unsigned char c = (unsigned char)line->at[i];

		if ((c < 0x20 && c != '\t') || c == 0x7f) {
			l->build->names_lost = true;
			build_complain(l->build, here(l), "a control character (\\x%02x) in column %zu", c, i + 1);
			return false;
		}
	}
	return true;
}

static void
append(struct lines *l, const struct line *line)
{
	size_t n = line->length - line->indent;

	if (l->length > 0)
		l->text[l->length++] = ' ';
	memcpy(l->text + l->length, line->at + line->indent, n);
	l->length += n;
	l->text[l->length] = '\0';
}

/* Add the lines that continue the one in l->text, which was indented by INDENT: those indented more deeply. A
 * comment among them is left out; an empty line ends the value. */
static void
append_continuation(struct lines *l, size_t indent)
{
	struct line line;

	while (peek_line(l, &line) && !line.is_empty && (line.is_comment || line.indent > indent)) {
		step_line(l, &line);
		if (!line.is_comment && check_line(l, &line))
			append(l, &line);
	}
}

/* A heading is not continued: what is indented below it are its settings. */
bool
lines_next(struct lines *l)
{
	struct line line;

	while (peek_line(l, &line)) {
		step_line(l, &line);
		if (!check_line(l, &line) || line.is_empty || line.is_comment)
			continue;
		l->length = 0;
		l->begins = l->number;
		append(l, &line);
		if (l->text[0] != '[')
			append_continuation(l, line.indent);
		return true;
	}
	return false;
}

bool
lines_init(struct lines *l, struct build *build, uint16_t file, const struct source *source)
{
	/* no joined line is longer than the whole file: appending needs no room of its own */
	*l = (struct lines){ .build = build, .file = file, .text = malloc(source->length + 2) };
	l->next = source->length > 0 ? source->bytes : NULL;
	if (l->text != NULL)
		l->text[0] = '\0';
	return l->text != NULL;
}

void
lines_release(struct lines *l)
{
	free(l->text);
	l->text = NULL;
}

struct build_place
lines_place(const struct lines *l)
{
	return (struct build_place){ l->file, l->begins };
}
