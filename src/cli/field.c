#include "cli/field.h"

const char *
field_text(const json_t *object, const char *name)
{
	const char *words = json_string_value(json_object_get(object, name));

	return words != NULL ? words : "";
}

bool
field_integer(const json_t *object, const char *name, int64_t *out)
{
	const json_t *value = json_object_get(object, name);

	*out = json_integer_value(value); /* 0 for what is no integer */
	return json_is_integer(value);
}

bool
field_seconds(const json_t *object, const char *name, msec *out)
{
	const json_t *value = json_object_get(object, name);
	double seconds = json_number_value(value); /* 0 for what is no number */

	/* a conversion that overflows is undefined behaviour, and bridled's watcher is not trusted that far */
	*out = seconds > -1e12 && seconds < 1e12 ? (msec)(seconds * 1000) : 0;
	return json_is_number(value);
}

struct cell_number
field_number(const json_t *object, const char *name)
{
	struct cell_number n;

	n.known = field_integer(object, name, &n.value);
	return n;
}

struct cell_number
field_duration(const json_t *object, const char *name)
{
	struct cell_number n;

	n.known = field_seconds(object, name, &n.value);
	return n;
}
