#include "wire/pyini.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* A physical line as the parser sees it. */
struct line {
	const char *at;
	size_t length; /* without comment and blanks behind */
	size_t indent; /* blanks in front */
	bool is_empty, is_plain;
};

bool
pyini_init(struct pyini *p, const char *bytes, size_t length)
{
	/* four of them, each as long as all there is: whatever is copied fits */
	size_t room = length + 1;

	*p = (struct pyini){ .next = bytes, .end = bytes + length };
	/* a byte order mark, as editors of Windows put it */
	if (length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
		p->next += 3;
	p->text = calloc(4, room);
	if (p->text == NULL)
		return false;
	p->section = p->text + room;
	p->name = p->section + room;
	p->value = p->name + room;
	return true;
}

void
pyini_release(struct pyini *p)
{
	free(p->text);
	p->text = NULL;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

/* Look at the line at p->next without taking it; false at the end. *AFTER is where the next begins. */
static bool
peek_line(const struct pyini *p, struct line *line, const char **after)
{
	const char *newline;
	size_t n;

	if (p->next == p->end)
		return false;
	newline = memchr(p->next, '\n', (size_t)(p->end - p->next));
	n = (size_t)((newline != NULL ? newline : p->end) - p->next);
	*after = newline != NULL ? newline + 1 : p->end;
	*line = (struct line){ .at = p->next, .is_plain = true };
	/* a ; or # begins a comment where it stands first, or behind a blank (configparser, inline_comment_prefixes) */
	while (line->length < n &&
		!((p->next[line->length] == ';' || p->next[line->length] == '#') &&
			(line->length == 0 || is_blank(p->next[line->length - 1]))))
		line->length++;
	while (line->length > 0 && is_blank(line->at[line->length - 1]))
		line->length--;
	while (line->indent < line->length && is_blank(line->at[line->indent]))
		line->indent++;
	line->is_empty = line->indent == line->length;
	for (size_t i = line->indent; i < line->length; i++)
		if ((unsigned char)line->at[i] < 0x20 && line->at[i] != '\t')
			line->is_plain = false;
	return true;
}

static void
copy(char *to, const char *from, size_t n)
{
	while (n > 0 && is_blank(from[n - 1]))
		n--;
	while (n > 0 && is_blank(*from))
		from++, n--;
	memcpy(to, from, n);
	to[n] = '\0';
}

static enum pyini_item
bad(struct err *err, const char *why)
{
	err_set(err, 0, "%s", why);
	return PYINI_BAD;
}

/* Append to the value the lines that are indented more deeply than INDENT. Empty lines and comments among them do not
 * end it. */
static bool
take_rest(struct pyini *p, size_t indent)
{
	size_t length = strlen(p->value);
	const char *after;
	struct line line;
	bool plain = true;

	while (peek_line(p, &line, &after) && (line.is_empty || line.indent > indent)) {
		p->next = after;
		p->number++;
		if (line.is_empty)
			continue;
		plain = plain && line.is_plain;
		p->value[length++] = '\n';
		memcpy(p->value + length, line.at + line.indent, line.length - line.indent);
		length += line.length - line.indent;
		p->value[length] = '\0';
	}
	return plain;
}

static enum pyini_item
take_assignment(struct pyini *p, size_t indent, struct err *err)
{
	size_t n = strcspn(p->text, "=:");

	if (p->text[n] == '\0')
		return bad(err, "neither a heading nor name = value: supervisord refuses the file");
	copy(p->name, p->text, n);
	/* configparser takes names so (optionxform) */
	for (char *c = p->name; *c != '\0'; c++)
		*c = (char)tolower((unsigned char)*c);
	copy(p->value, p->text + n + 1, strlen(p->text + n + 1));
	if (!take_rest(p, indent))
		return bad(err, "a control character");
	if (p->section[0] == '\0')
		return bad(err, "stands before the first [section]: supervisord refuses the file");
	return p->name[0] == '\0' ? bad(err, "nothing stands before the =") : PYINI_ASSIGNMENT;
}

enum pyini_item
pyini_next(struct pyini *p, struct err *err)
{
	const char *after, *close;
	struct line line;

	do {
		if (!peek_line(p, &line, &after))
			return PYINI_END;
		p->next = after;
		p->line = ++p->number;
	} while (line.is_empty);
	memcpy(p->text, line.at + line.indent, line.length - line.indent);
	p->text[line.length - line.indent] = '\0';
	if (!line.is_plain) {
		/* what is shown of it is one line */
		for (size_t i = 0; i < line.length - line.indent; i++)
			if ((unsigned char)p->text[i] < 0x20)
				p->text[i] = ' ';
		return bad(err, "a control character");
	}
	close = strchr(p->text, ']');
	if (p->text[0] != '[' || close == NULL || close == p->text + 1)
		return take_assignment(p, line.indent, err);
	copy(p->section, p->text + 1, (size_t)(close - p->text - 1));
	return PYINI_SECTION;
}
