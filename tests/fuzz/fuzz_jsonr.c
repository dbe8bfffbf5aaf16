/*
 * fuzz_jsonr -- what jansson reads, jsonr reads too, to the same values; what neither can tell apart from JSON it may
 * take (jsonr does not check UTF-8), but never runs past the end or in circles.
 */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "fuzz.h"
#include "wire/jsonr.h"

static void compare(struct jsonr *r, json_t *value);

static void
compare_string(struct jsonr *r, json_t *value)
{
	static char buffer[1 << 16];
	struct text t;

	text_init(&t, buffer, sizeof buffer);
	MUST(jsonr_string(r, &t));
	MUST(t.cut || (t.len == json_string_length(value) && memcmp(buffer, json_string_value(value), t.len) == 0));
}

static void
compare_number(struct jsonr *r, json_t *value)
{
	struct jsonr again = *r;
	int64_t n;

	MUST(jsonr_integer(r, &n) == json_is_integer(value));
	MUST(json_is_real(value) || n == json_integer_value(value));
	if (jsonr_thousandths(&again, &n))
		MUST(fabs((double)n - json_number_value(value) * 1000) <= 1 + fabs((double)n) * 1e-9);
}

static void
compare_container(struct jsonr *r, json_t *value)
{
	struct jsonr_key key;
	const char *name;
	json_t *inner;
	size_t i;

	if (json_is_array(value)) {
		MUST(jsonr_array_open(r));
		json_array_foreach(value, i, inner) {
			MUST(jsonr_array_next(r));
			compare(r, inner);
		}
		MUST(!jsonr_array_next(r));
		return;
	}
	MUST(jsonr_object_open(r));
	json_object_foreach(value, name, inner) { /* in the order in which they were written */
		MUST(jsonr_object_next(r, &key));
		MUST(memchr(key.at, '\\', key.length) != NULL || jsonr_key_is(key, name));
		compare(r, inner);
	}
	MUST(!jsonr_object_next(r, &key));
}

static void
compare(struct jsonr *r, json_t *value)
{
	struct jsonr other = *r;
	int64_t n;

	/* asked for something else, it is passed over; where that leads to is where the right way leads to */
	MUST(json_is_number(value) || !jsonr_integer(&other, &n));
	if (json_is_string(value))
		compare_string(r, value);
	else if (json_is_number(value))
		compare_number(r, value);
	else if (json_is_array(value) || json_is_object(value))
		compare_container(r, value);
	else
		jsonr_skip(r);
	MUST(json_is_number(value) || (other.at == r->at && other.depth == r->depth));
}

static unsigned
depth_of(json_t *value)
{
	unsigned deepest = 0, depth;
	const char *name;
	json_t *inner;
	size_t i;

	json_array_foreach(value, i, inner) {
		depth = depth_of(inner);
		deepest = depth > deepest ? depth : deepest;
	}
	if (json_is_object(value))
		json_object_foreach(value, name, inner) {
			depth = depth_of(inner);
			deepest = depth > deepest ? depth : deepest;
		}
	return deepest + (json_is_array(value) || json_is_object(value));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct jsonr r, skipped;
	json_t *value;

	if (size > 0 && memchr(data, '\0', size) != NULL)
		return 0; /* ends a frame, so is never in one; jansson takes it for the end of the text */
	value = json_loadb((const char *)data, size, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
	jsonr_init(&r, (const char *)data, size);
	skipped = r;
	jsonr_skip(&skipped);
	if (value == NULL)
		return 0;
	MUST(jsonr_done(&skipped) == (depth_of(value) <= JSONR_DEPTH));
	if (jsonr_done(&skipped)) {
		compare(&r, value);
		MUST(jsonr_done(&r));
	}
	json_decref(value);
	return 0;
}
