#include "import/expand.h"

#include <string.h>

#include "base/text.h"
#include "conf/find.h"
#include "import/hole.h"
#include "wire/execline.h"

enum { WIDTH_MAX = 64 };

/* What supervisord would put in, whether or not it is known here. Of anything else it says that it cannot be expanded. */
static bool
is_expansion(const char *name)
{
	static const char *const names[] = { "program_name", "process_num", "group_name", "numprocs", "here",
		"host_node_name" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return strncmp(name, "ENV_", 4) == 0;
}

/* DIGITS as FORMAT, "02d", has it. Python fills up with zeros, where it is asked to, but for an s. NULL when it is none. */
static const char *
number_of(struct arena *arena, const char *digits, const char *format)
{
	size_t n = strspn(format, "0123456789");
	int64_t value, width = 0;

	if (!text_parse_int(digits, INT32_MIN, INT32_MAX, &value))
		return NULL;
	if (n > 0 && !text_parse_int(arena_copy(arena, format, n), 0, WIDTH_MAX, &width))
		return NULL;
	return arena_printf(arena, format[0] == '0' && format[n] == 'd' ? "%0*d" : "%*d", (int)width, (int)value);
}

static const char *
value_of(struct arena *arena, const struct expansions *known, const char *name, const char *format)
{
	const char *slash = strrchr(known->file, '/');

	if (strcmp(name, "program_name") == 0 || strcmp(name, "group_name") == 0)
		return known->program;
	if (strcmp(name, "process_num") == 0 || strcmp(name, "numprocs") == 0)
		return number_of(arena, name[0] == 'p' ? known->process_num : known->numprocs, format);
	if (strcmp(name, "here") == 0 && slash != NULL && known->file[0] == '/')
		return arena_copy(arena, known->file, (size_t)(slash - known->file));
	if (strcmp(name, "ENV_PATH") == 0)
		return FIND_PATH_DEFAULT;
	return NULL;
}

const char *
expand(struct arena *arena, const struct expansions *known, const char *value)
{
	const char *done = "", *percent;

	while ((percent = strpbrk(value, (char[]){ '%', HOLE_OPEN, '\0' })) != NULL) {
		size_t n = (size_t)(percent - value), length = percent[1] == '(' ? strcspn(percent, ")") : 0;
		const char *put, *name;

		if (*percent == HOLE_OPEN) {
			n += strcspn(percent, (char[]){ HOLE_CLOSE, '\0' });
			done = arena_printf(arena, "%s%.*s", done, (int)n, value);
			value += n;
			continue;
		}
		name = length > 2 && percent[length] == ')' ? arena_copy(arena, percent + 2, length - 2) : "";
		if (!is_expansion(name)) {
			done = arena_printf(arena, "%s%.*s%%", done, (int)n, value);
			value = percent + (percent[1] == '%' ? 2 : 1);
			continue;
		}
		value = percent + length + 1;
		put = value_of(arena, known, name, value);
		value += strspn(value, "0123456789");
		value += *value == 's' || *value == 'd';
		if (put == NULL)
			put = arena_printf(arena, "%c%%(%s)s%c", HOLE_OPEN, name, HOLE_CLOSE);
		done = arena_printf(arena, "%s%.*s%s", done, (int)n, percent - n, put);
	}
	return arena_printf(arena, "%s%s", done, value);
}
