#include "wire/unitfile.h"

#include <stdlib.h>
#include <string.h>

static const char blanks[] = " \t\r";

bool
unitfile_init(struct unitfile *u, const char *bytes, size_t length)
{
	/* a joined line is never longer than what it was joined from */
	size_t room = length + 1;

	*u = (struct unitfile){ .next = bytes, .end = bytes + length };
	/* a byte order mark */
	if (length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
		u->next += 3;
	u->text = calloc(4, room);
	if (u->text == NULL)
		return false;
	u->section = u->text + room;
	u->name = u->section + room;
	u->value = u->name + room;
	return true;
}

void
unitfile_release(struct unitfile *u)
{
	free(u->text);
	u->text = NULL;
}

/* Copy N bytes without the blanks around them. */
static void
copy_trimmed(char *to, const char *from, size_t n)
{
	while (n > 0 && strchr(blanks, from[n - 1]) != NULL)
		n--;
	while (n > 0 && strchr(blanks, *from) != NULL)
		from++, n--;
	memmove(to, from, n);
	to[n] = '\0';
}

/* The next physical line; false at the end. */
static bool
take_line(struct unitfile *u, const char **at, size_t *length)
{
	const char *newline;

	if (u->next == u->end)
		return false;
	newline = memchr(u->next, '\n', (size_t)(u->end - u->next));
	*at = u->next;
	*length = (size_t)((newline != NULL ? newline : u->end) - u->next);
	u->next = newline != NULL ? newline + 1 : u->end;
	u->number++;
	/* written on Windows */
	if (*length > 0 && (*at)[*length - 1] == '\r')
		--*length;
	return true;
}

static bool
is_comment(const char *at, size_t length)
{
	size_t i = 0;

	while (i < length && at[i] != '\0' && strchr(blanks, at[i]) != NULL)
		i++;
	return i < length && (at[i] == '#' || at[i] == ';');
}

/* Whether the line goes on: an odd number of backslashes ends it, as in systemd's config_parse(). */
static bool
goes_on(const char *text, size_t length)
{
	size_t n = 0;

	while (n < length && text[length - 1 - n] == '\\')
		n++;
	return n % 2 == 1;
}

/* Join lines into u->text, until one that does not go on. Its length in *LENGTH; false at the end. */
static bool
take_joined(struct unitfile *u, size_t *length)
{
	const char *at;
	size_t n;
	bool more = false;

	*length = 0;
	while (take_line(u, &at, &n)) {
		if (is_comment(at, n)) /* also between lines that are joined, as systemd does (systemd.syntax(7)) */
			continue;
		if (!more)
			u->line = u->number;
		memcpy(u->text + *length, at, n);
		*length += n;
		more = goes_on(u->text, *length);
		if (!more)
			return true;
		u->text[*length - 1] = ' ';
	}
	return more;
}

static bool
is_plain(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)text[i] < 0x20 && text[i] != '\t')
			return false;
	return true;
}

static enum unitfile_item
fault(enum unitfile_item item, struct err *err, const char *why)
{
	err_set(err, 0, "%s", why);
	return item;
}

static enum unitfile_item
take_apart(struct unitfile *u, struct err *err)
{
	size_t n = strlen(u->text);
	const char *equals = strchr(u->text, '=');

	if (u->text[0] == '[') {
		if (u->text[n - 1] != ']')
			return fault(UNITFILE_BAD, err,
				"the heading has no ] at its end: systemd refuses the whole file");
		copy_trimmed(u->section, u->text + 1, n - 2);
		return UNITFILE_SECTION;
	}
	if (equals == NULL)
		return fault(UNITFILE_IGNORED, err, "neither a heading nor NAME=VALUE: systemd passes over it");
	copy_trimmed(u->name, u->text, (size_t)(equals - u->text));
	copy_trimmed(u->value, equals + 1, strlen(equals + 1));
	if (u->section[0] == '\0')
		return fault(UNITFILE_IGNORED, err, "stands before the first [section]: systemd passes over it");
	if (u->name[0] == '\0')
		return fault(UNITFILE_IGNORED, err, "nothing stands before the =: systemd passes over it");
	return UNITFILE_ASSIGNMENT;
}

enum unitfile_item
unitfile_next(struct unitfile *u, struct err *err)
{
	size_t length;

	do {
		if (!take_joined(u, &length))
			return UNITFILE_END;
		if (!is_plain(u->text, length)) {
			/* blanks in their places: whoever complains shows the line, perhaps on a terminal */
			for (size_t i = 0; i < length; i++)
				if ((unsigned char)u->text[i] < 0x20)
					u->text[i] = ' ';
			copy_trimmed(u->text, u->text, length);
			return fault(UNITFILE_BAD, err, "a control character");
		}
		copy_trimmed(u->text, u->text, length);
	} while (u->text[0] == '\0');
	return take_apart(u, err);
}
