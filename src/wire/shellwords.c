#include "wire/shellwords.h"

#include <string.h>

static const char operators[] = ";&|()\n<>";
static const char name_letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";

static bool
is_between(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* What follows the CLOSE that belongs to the OPEN at C; NULL when there is none. Quotes hide brackets. */
static const char *
find_close(const char *c, char open, char close)
{
	unsigned depth = 0;
	char quote = '\0';

	for (; *c != '\0'; c++) {
		if (*c == '\\' && c[1] != '\0')
			c++;
		else if (quote != '\0')
			quote = *c == quote ? '\0' : quote;
		else if (*c == '\'' || *c == '"')
			quote = *c;
		else if (*c == open)
			depth++;
		else if (*c == close && --depth == 0)
			return c + 1;
	}
	return NULL;
}

/* What follows the expansion at C ($ or a backquote); C itself when it is none, NULL when it is not closed. */
static const char *
end_of_expansion(const char *c)
{
	const char *end;

	if (*c == '`') {
		end = strchr(c + 1, '`');
		return end == NULL ? NULL : end + 1;
	}
	if (c[1] == '(')
		return find_close(c + 1, '(', ')');
	if (c[1] == '{')
		return find_close(c + 1, '{', '}');
	if (c[1] != '\0' && strchr("@*#?$!-", c[1]) != NULL)
		return c + 2;
	if (c[1] >= '0' && c[1] <= '9')
		return c + 2;
	end = c + 1 + strspn(c + 1, name_letters);
	return end > c + 1 ? end : c;
}

/* Copy the expansion at *C as a hole; false when it is not closed. */
static bool
take_expansion(const char **c, char **to)
{
	const char *end = end_of_expansion(*c);

	if (end == NULL)
		return false;
	if (end == *c) {
		*(*to)++ = *(*c)++;
		return true;
	}
	*(*to)++ = HOLE_OPEN;
	for (; *c < end; ++*c)
		if (**c != HOLE_OPEN && **c != HOLE_CLOSE)
			*(*to)++ = **c;
	*(*to)++ = HOLE_CLOSE;
	return true;
}

/* What an earlier step has marked goes on as it is, whatever stands in it. */
static void
take_hole(const char **c, char **to)
{
	while (**c != '\0' && **c != HOLE_CLOSE)
		*(*to)++ = *(*c)++;
	if (**c == HOLE_CLOSE)
		*(*to)++ = *(*c)++;
}

/* The quoted stretch at *C. False when it is not closed. */
static bool
take_quoted(const char **c, char **to)
{
	char quote = *(*c)++;

	while (**c != '\0' && **c != quote) {
		if (**c == HOLE_OPEN) {
			take_hole(c, to);
		} else if (quote == '"' && (**c == '$' || **c == '`')) {
			if (!take_expansion(c, to))
				return false;
		} else {
			/* the only ones that a backslash takes away there (POSIX, 2.2.3) */
			if (quote == '"' && **c == '\\' && (*c)[1] != '\0' && strchr("$`\"\\\n", (*c)[1]) != NULL)
				++*c;
			*(*to)++ = *(*c)++;
		}
	}
	if (**c != quote)
		return false;
	++*c;
	return true;
}

static enum shell_item
bad(struct err *err, const char *why)
{
	err_set(err, 0, "%s", why);
	return SHELL_BAD;
}

/* Quoted and unquoted stretches side by side are one word (POSIX, 2.3). */
static enum shell_item
take_word(const char **from, char *to, struct err *err)
{
	const char *c = *from;

	while (*c != '\0' && !is_between(*c) && strchr(operators, *c) == NULL) {
		if (*c == HOLE_OPEN) {
			take_hole(&c, &to);
		} else if (*c == '\'' || *c == '"') {
			if (!take_quoted(&c, &to))
				return bad(err, "a quote is not closed");
		} else if (*c == '$' || *c == '`') {
			if (!take_expansion(&c, &to))
				return bad(err, "an expansion ($ or `) is not closed");
		} else if (*c == '\\' && c[1] == '\n') {
			c += 2;
		} else {
			if (*c == '\\' && *++c == '\0')
				return bad(err, "a backslash ends the line");
			if (*c != HOLE_OPEN)
				*to++ = *c++;
		}
	}
	*to = '\0';
	*from = c;
	return SHELL_WORD;
}

/* "<", ">", ">>", ">&", "<<", ">|" and "&>", with a descriptor in front. */
static enum shell_item
take_redirect(const char **from, size_t digits, char *to)
{
	size_t n = digits;

	/* no operator has more than three characters: <<<, &>> */
	while (n < digits + 3 && (*from)[n] != '\0' && strchr("<>&|", (*from)[n]) != NULL)
		n++;
	memcpy(to, *from, n);
	to[n] = '\0';
	*from += n;
	return SHELL_REDIRECT;
}

/* A line feed ends a command as a semicolon does. */
static enum shell_item
take_operator(const char **from, char *to)
{
	size_t n = (**from == '&' || **from == '|') && (*from)[1] == **from ? 2 : 1;

	memcpy(to, **from == '\n' ? ";" : *from, n);
	to[n] = '\0';
	*from += n;
	return SHELL_OPERATOR;
}

enum shell_item
shellwords_next(const char **from, char *to, struct err *err)
{
	size_t digits;

	for (;;) {
		if (is_between(**from))
			++*from;
		else if ((*from)[0] == '\\' && (*from)[1] == '\n')
			*from += 2;
		else if (**from == '#')
			*from += strcspn(*from, "\n");
		else
			break;
	}
	/* a number right in front of < or > is a descriptor, anywhere else a word (POSIX, 2.7) */
	digits = strspn(*from, "0123456789");
	if (**from == '\0')
		return SHELL_END;
	if ((*from)[digits] == '<' || (*from)[digits] == '>' || ((*from)[0] == '&' && (*from)[1] == '>'))
		return take_redirect(from, digits, to);
	if (strchr(operators, **from) != NULL)
		return take_operator(from, to);
	return take_word(from, to, err);
}
