#include "import/hole.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "wire/execline.h"

bool
hole_is_in(const char *text)
{
	return strchr(text, HOLE_OPEN) != NULL;
}

/* ---- finding placeholders ---- */

static const char name_letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";

static const struct bracket {
	const char *open, *close;
} brackets[] = { { "{{", "}}" }, { "{%", "%}" }, { "{#", "#}" }, { "<%", "%>" } };

/* How many bytes of a name are at C; 0 when it is to be in CAPITALS, two or more, and is not. */
static size_t
length_of_name(const char *c, bool capitals)
{
	size_t n = strspn(c, name_letters);

	return capitals &&
			(n < 2 || !isupper((unsigned char)c[0]) ||
				strspn(c, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789") != n) ?
		0 :
		n;
}

/* Length of "__NAME__" or "@NAME@" at C; 0 when it is none. */
static size_t
length_of_marked(const char *c, bool capitals)
{
	size_t n;

	if (c[0] == '@') {
		n = length_of_name(c + 1, capitals);
		return n > 0 && c[1 + n] == '@' ? n + 2 : 0;
	}
	if (strncmp(c, "__", 2) != 0 || !isupper((unsigned char)c[2]))
		return 0;
	n = strspn(c, name_letters);
	return n > 4 && strncmp(c + n - 2, "__", 2) == 0 ? n : 0;
}

/* Length of "<words>" at C, as people write what is to be replaced; 0 when it is none. A redirection has no ">" of its
 * own before the next blank or slash. */
static size_t
length_of_angled(const char *c)
{
	size_t n = strcspn(c + 1, "<>=\"'|&;/$");

	return n > 0 && c[1 + n] == '>' && c[1] != ' ' && c[n] != ' ' ? n + 2 : 0;
}

/* Length of "{NAME}" or "{some_name}" at C, as scripts in Python leave them to str.format(); 0 when it is none: {print} is a word
 * of awk, %({X}e)s a variable in Gunicorn's access log. BEFORE is what stands before it. */
static size_t
length_of_braced(const char *c, char before)
{
	size_t n = strspn(c + 1, name_letters);
	bool is_name =
		length_of_name(c + 1, true) > 0 || (isalpha((unsigned char)c[1]) && memchr(c + 1, '_', n) != NULL);

	return is_name && c[1 + n] == '}' && before != '$' && before != '(' ? n + 2 : 0;
}

/* Length of "${NAME}" or "$NAME" at C. */
static size_t
length_of_variable(const char *c, bool capitals)
{
	size_t n = length_of_name(c + 1, capitals);

	if (c[1] == '{') {
		n = strcspn(c, "}");
		return c[n] == '}' ? n + 1 : 0;
	}
	return n > 0 ? n + 1 : 0;
}

/* Of a variable's value, braces may be for its reader to fill. */
static size_t
length_of_hole(const char *c, char before, enum hole_variables variables)
{
	for (size_t i = 0; i < sizeof brackets / sizeof brackets[0]; i++) {
		const char *close;

		if (strncmp(c, brackets[i].open, 2) != 0)
			continue;
		close = strstr(c + 2, brackets[i].close);
		return close == NULL ? 0 : (size_t)(close - c) + 2;
	}
	if (*c == '{' && variables != HOLE_CAPITALS)
		return length_of_braced(c, before);
	if (*c == '@' || *c == '_')
		return length_of_marked(c, variables == HOLE_CAPITALS);
	if (*c == '<')
		return length_of_angled(c);
	return *c == '$' && variables != HOLE_NO_VARIABLES ? length_of_variable(c, variables == HOLE_CAPITALS) : 0;
}

/* At each byte the first kind that fits is taken; what is no hole is copied as it is. */
const char *
hole_mark(struct arena *arena, const char *value, enum hole_variables variables)
{
	/* the shortest hole has two bytes, and gets two more */
	char *marked = arena_alloc(arena, 2 * strlen(value) + 1), *to = marked, before = '\0';

	if (marked == NULL)
		return "";
	while (*value != '\0') {
		size_t n = length_of_hole(value, before, variables);

		if (n > 0)
			*to++ = HOLE_OPEN;
		memcpy(to, value, n > 0 ? n : 1);
		to += n > 0 ? n : 1;
		value += n > 0 ? n : 1;
		before = value[-1];
		if (n > 0)
			*to++ = HOLE_CLOSE;
	}
	*to = '\0';
	return marked;
}

/* ---- statements of templates ---- */

const char hole_of_template[] =
	"a line of a template: what it will say is not known before somebody fills it in; import what "
	"comes out then";

/* Length of the statement at C; 0 when it is none. */
static size_t
length_of_statement(const char *c)
{
	size_t n = strcspn(c, (char[]){ HOLE_CLOSE, '\0' });

	return c[0] == HOLE_OPEN && strncmp(c + 1, "{%", 2) == 0 && c[n] == HOLE_CLOSE ? n + 1 : 0;
}

bool
hole_has_statement(const char *text)
{
	return strstr(text, (char[]){ HOLE_OPEN, '{', '%', '\0' }) != NULL;
}

const char *
hole_without_statements(struct arena *arena, const char *word, const char **taken)
{
	const char *begin = word, *end = word + strlen(word);
	size_t n;

	*taken = NULL;
	while ((n = length_of_statement(begin)) > 0)
		begin += n;
	for (const char *open = end; open > begin; open--)
		if (open[-1] == HOLE_OPEN && (n = length_of_statement(open - 1)) > 0 && open - 1 + n == end)
			end = open - 1;
	if (begin == word && *end == '\0')
		return word;
	*taken = arena_printf(arena, "%.*s%s%s", (int)(begin - word), word, begin != word && *end != '\0' ? " " : "",
		end);
	return arena_copy(arena, begin, (size_t)(end - begin));
}

/* ---- filling them ---- */

/* The value of the N bytes of NAME, the last one given; NULL when there is none. */
static const char *
look_up(const struct wordlist *variables, const char *name, size_t n)
{
	for (uint32_t i = variables->count; i > 0; i--)
		if (strncmp(variables->at[i - 1], name, n) == 0 && variables->at[i - 1][n] == '=')
			return variables->at[i - 1] + n + 1;
	return NULL;
}

/* What the hole of N bytes at HOLE stands for; NULL when nobody knows. */
static const char *
value_of(struct arena *arena, const char *hole, size_t n, const struct wordlist *variables, const char **note)
{
	bool braced = n > 3 && hole[1] == '{';
	const char *name = hole + 1 + braced, *value, *rest;
	size_t length, left;

	if (n < 2 || hole[0] != '$')
		return NULL;
	length = strspn(name, name_letters);
	if (length == 0)
		return NULL;
	value = look_up(variables, name, length);
	rest = name + length;
	left = (size_t)(hole + n - rest);
	if (value != NULL)
		return value;
	/* ${X:-y}, ${X-y}, ${X:=y} and ${X=y}; a default that is itself to be expanded stays a hole */
	length = rest[0] == ':' ? 2 : 1;
	if (!braced || left < length + 1 || (rest[length - 1] != '-' && rest[length - 1] != '='))
		return NULL;
	value = arena_copy(arena, rest + length, left - length - 1);
	if (strpbrk(value, "$`{}") != NULL)
		return NULL;
	if (note != NULL)
		*note = arena_printf(arena, "%.*s is not known here: its default was taken", (int)(rest - name), name);
	return value;
}

/* How each hole of a text is to be written. */
typedef const char *(*writer)(struct arena *arena, const char *hole, size_t n, const void *context);

static const char *
rewrite(struct arena *arena, const char *text, writer write, const void *context)
{
	const char *done = "", *open;

	while ((open = strchr(text, HOLE_OPEN)) != NULL) {
		size_t n = strcspn(open + 1, (char[]){ HOLE_CLOSE, '\0' });

		done = arena_printf(arena, "%s%.*s%s", done, (int)(open - text), text,
			write(arena, open + 1, n, context));
		text = open + 1 + n;
		text += *text == HOLE_CLOSE;
	}
	return arena_printf(arena, "%s%s", done, text);
}

struct filling {
	const struct wordlist *variables;
	const char **note;
};

static const char *
fill_one(struct arena *arena, const char *hole, size_t n, const void *context)
{
	const struct filling *filling = context;
	const char *value = value_of(arena, hole, n, filling->variables, filling->note);

	return value != NULL ? value : arena_printf(arena, "%c%.*s%c", HOLE_OPEN, (int)n, hole, HOLE_CLOSE);
}

const char *
hole_fill(struct arena *arena, const char *text, const struct wordlist *variables, const char **note)
{
	struct filling filling = { variables, note };

	return hole_is_in(text) ? rewrite(arena, text, fill_one, &filling) : text;
}

static const char *
show_one(struct arena *arena, const char *hole, size_t n, const void *context)
{
	(void)context;
	return arena_copy(arena, hole, n);
}

const char *
hole_show(struct arena *arena, const char *text)
{
	return rewrite(arena, text, show_one, NULL);
}

/* Letters and digits, with _ for whatever stood between: it can be searched for, and is no blank or quote in any key. */
static const char *
stand_in_one(struct arena *arena, const char *hole, size_t n, const void *context)
{
	char name[48];
	struct text t;
	bool gap = false;

	(void)context;
	text_init(&t, name, sizeof name);
	for (size_t i = 0; i < n && t.len < 32; i++) {
		bool letter = hole[i] > 0 && isalnum((unsigned char)hole[i]);

		if (letter && gap && t.len > 0)
			text_add(&t, "_");
		if (letter)
			text_addn(&t, hole + i, 1);
		gap = !letter;
	}
	return arena_printf(arena, "FILL_IN_%s", t.len > 0 ? name : "this");
}

const char *
hole_stand_in(struct arena *arena, const char *text)
{
	return rewrite(arena, text, stand_in_one, NULL);
}

/* For the note beside the setting: what has to be known before the file can be used. */
const char *
hole_list(struct arena *arena, const char *text)
{
	const char *list = "", *open;

	while ((open = strchr(text, HOLE_OPEN)) != NULL) {
		size_t n = strcspn(open + 1, (char[]){ HOLE_CLOSE, '\0' });

		list = arena_printf(arena, "%s%s%.*s", list, list[0] != '\0' ? ", " : "", (int)n, open + 1);
		text = open + 1 + n;
	}
	return list;
}
