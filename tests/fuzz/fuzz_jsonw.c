/*
 * fuzz_jsonw -- the input is a program: a byte says what to write next, with bytes behind it as what is written.
 * Whatever is written, jansson reads it, and finds as many values as were written.
 */
#include <jansson.h>
#include <string.h>

#include "fuzz.h"
#include "wire/jsonw.h"

enum { DEPTH = 64, MAX = 1 << 16 };

struct program {
	const uint8_t *at, *end;
	struct jsonw w;
	bool object[DEPTH]; /* what is open is an object, not an array */
	unsigned depth;
	size_t values;
};

/* The next N bytes, or as many as there are. */
static const char *
take(struct program *p, size_t *n)
{
	const char *bytes = (const char *)p->at;

	if (*n > (size_t)(p->end - p->at))
		*n = (size_t)(p->end - p->at);
	p->at += *n;
	return bytes;
}

static int64_t
take_number(struct program *p)
{
	int64_t value = 0;
	size_t n = sizeof value;
	const char *bytes = take(p, &n);

	memcpy(&value, bytes, n);
	return value;
}

static void
open_one(struct program *p, bool object)
{
	if (object)
		jsonw_object_open(&p->w);
	else
		jsonw_array_open(&p->w);
	p->object[p->depth++] = object;
}

static void
close_one(struct program *p)
{
	if (p->object[--p->depth])
		jsonw_object_close(&p->w);
	else
		jsonw_array_close(&p->w);
}

static void
write_value(struct program *p, unsigned kind)
{
	size_t n = kind / 8;
	char key[24];

	/* keys of their own: jansson keeps one of two that are the same */
	snprintf(key, sizeof key, "k%zu", p->values++);
	if (p->object[p->depth - 1])
		jsonw_key(&p->w, key);
	switch (kind % 8) {
	case 0: jsonw_integer(&p->w, take_number(p)); break;
	case 1: jsonw_thousandths(&p->w, take_number(p)); break;
	case 2: jsonw_bool(&p->w, kind & 8); break;
	case 3: jsonw_null(&p->w); break;
	case 4: jsonw_string(&p->w, kind & 8 ? "word" : NULL); break;
	case 5: open_one(p, kind & 8); break;
	default: {
		const char *bytes = take(p, &n);

		jsonw_stringn(&p->w, bytes, n);
	}
	}
}

static size_t
count_values(json_t *value)
{
	size_t count = 1, i;
	const char *key;
	json_t *inner;

	if (json_is_object(value))
		json_object_foreach(value, key, inner)
			count += count_values(inner);
	json_array_foreach(value, i, inner)
		count += count_values(inner);
	return count;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct program p = { .at = data, .end = data + size };
	size_t length;
	json_t *read;
	char *text;

	jsonw_init(&p.w, MAX);
	open_one(&p, false);
	while (p.at < p.end) {
		unsigned kind = *p.at++;

		if (kind == 0xff && p.depth > 1)
			close_one(&p);
		else if (p.depth < DEPTH - 1)
			write_value(&p, kind);
	}
	while (p.depth > 0)
		close_one(&p);
	text = jsonw_take(&p.w, &length);
	if (text == NULL)
		return 0; /* longer than MAX */
	MUST(strlen(text) + 1 == length && length <= MAX);
	read = json_loads(text, JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, NULL);
	MUST(read != NULL && count_values(read) == p.values + 1);
	json_decref(read);
	free(text);
	return 0;
}
