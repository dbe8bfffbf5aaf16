#include "wire/state_record.h"

#include <string.h>

enum kind { NUMBER, DESCRIPTOR, WORDS };

struct field {
	uint16_t tag;
	uint16_t kind;
	uint32_t offset, size;
};

/* Of what state.def does not list, since it is no field of a struct's: far above its tags, and never given to anything
 * else. */
enum { TAG_LISTENER_TEXT = 100, TAG_LISTENER_PATH = 101, TAG_GENERATION = 1000, TAG_LISTENER = 1001 };

/* clang-format off */
#define NUMBER_IN(type, tag, name) { tag, NUMBER, offsetof(struct type, name), sizeof(int64_t) },
#define DESCRIPTOR_IN(type, tag, name) { tag, DESCRIPTOR, offsetof(struct type, name), sizeof(int64_t) },
#define WORDS_IN(type, tag, name, size) { tag, WORDS, offsetof(struct type, name), size },

static const struct field generation_fields[] = {
#define GENERATION_INT(tag, name, where) NUMBER_IN(state_generation, tag, name)
#define SLOT_INT(tag, name, where) NUMBER_IN(state_generation, tag, name)
#define SLOT_FD(tag, name, where) DESCRIPTOR_IN(state_generation, tag, name)
#include "wire/state.def"
};
static const struct field listener_fields[] = {
#define LISTENER_INT(tag, name, where) NUMBER_IN(state_listener, tag, name)
#define LISTENER_FD(tag, name, where) DESCRIPTOR_IN(state_listener, tag, name)
#include "wire/state.def"
	WORDS_IN(state_listener, TAG_LISTENER_TEXT, text, STATE_TEXT)
	WORDS_IN(state_listener, TAG_LISTENER_PATH, path, STATE_TEXT)
};
static const struct field service_fields[] = {
#define LIFE_INT(tag, name, where) NUMBER_IN(state_service, tag, name)
#define SERVICE_INT(tag, name, where) NUMBER_IN(state_service, tag, name)
#define SERVICE_FD(tag, name, where) DESCRIPTOR_IN(state_service, tag, name)
#define SERVICE_TEXT(tag, name, size, where) WORDS_IN(state_service, tag, name, size)
#include "wire/state.def"
};
static const struct field bridled_fields[] = {
#define BRIDLED_INT(tag, name, where) NUMBER_IN(state_bridled, tag, name)
#define BRIDLED_FD(tag, name, where) DESCRIPTOR_IN(state_bridled, tag, name)
#define BRIDLED_TEXT(tag, name, size, where) WORDS_IN(state_bridled, tag, name, size)
#include "wire/state.def"
};

/* What a struct has, and how many. */
struct shape { const struct field *at; size_t n; };
#define SHAPE(fields) { fields, sizeof fields / sizeof fields[0] }
static const struct shape generation_shape = SHAPE(generation_fields), listener_shape = SHAPE(listener_fields),
	service_shape = SHAPE(service_fields), bridled_shape = SHAPE(bridled_fields);
/* clang-format on */

/* ---- writing fields ---- */

struct out {
	char *at;
	size_t len, size;
	bool cut;
};

static void
put(struct out *o, const void *bytes, size_t n)
{
	if (n > o->size - o->len) {
		o->cut = true;
		return;
	}
	memcpy(o->at + o->len, bytes, n);
	o->len += n;
}

static void
put_field(struct out *o, uint16_t tag, const void *bytes, size_t n)
{
	uint16_t length = (uint16_t)n; /* all are far below 64 KiB (STATE_FIELDS_MAX) */

	put(o, &tag, sizeof tag);
	put(o, &length, sizeof length);
	put(o, bytes, n);
}

/* What is as it would be if nothing were said is not said. */
static void
put_fields(struct out *o, const struct shape *shape, const void *record)
{
	for (size_t i = 0; i < shape->n; i++) {
		const struct field *f = &shape->at[i];
		const char *value = (const char *)record + f->offset;
		int64_t number;

		if (f->kind == WORDS) {
			if (value[0] != '\0')
				put_field(o, f->tag, value, strnlen(value, f->size - 1));
			continue;
		}
		memcpy(&number, value, sizeof number);
		if (number != (f->kind == DESCRIPTOR ? -1 : 0))
			put_field(o, f->tag, &number, sizeof number);
	}
}

/* A record within a record: its index, then its fields. One that says nothing is left out, unless ALWAYS. */
static void
put_nested(struct out *o, uint16_t tag, const struct shape *shape, const void *record, uint16_t index, bool always)
{
	size_t begin = o->len, body;
	uint16_t length;

	put_field(o, tag, &index, sizeof index);
	body = o->len;
	put_fields(o, shape, record);
	if (o->cut)
		return;
	if (o->len == body && !always) {
		o->len = begin;
		return;
	}
	length = (uint16_t)(o->len - begin - 2 * sizeof(uint16_t));
	memcpy(o->at + begin + sizeof tag, &length, sizeof length); /* known only now */
}

bool
state_record_put_service(const struct state_service *record, struct state_fields *fields)
{
	struct out o = { .at = fields->at, .size = sizeof fields->at };

	put_fields(&o, &service_shape, record);
	for (uint16_t i = 0; i < STATE_GENERATIONS; i++)
		put_nested(&o, TAG_GENERATION, &generation_shape, &record->generations[i], i, false);
	for (uint16_t i = 0; i < record->listener_count && i < STATE_LISTENERS; i++)
		put_nested(&o, TAG_LISTENER, &listener_shape, &record->listeners[i], i, true);
	fields->length = o.len;
	return !o.cut;
}

bool
state_record_put_bridled(const struct state_bridled *record, struct state_fields *fields)
{
	struct out o = { .at = fields->at, .size = sizeof fields->at };

	put_fields(&o, &bridled_shape, record);
	fields->length = o.len;
	return !o.cut;
}

/* ---- reading fields ---- */

struct in {
	const char *at;
	size_t left;
};

static bool
take_field(struct in *in, uint16_t *tag, struct in *value)
{
	uint16_t length;

	if (in->left < sizeof *tag + sizeof length)
		return false;
	/* fields lie behind each other without gaps: a number in them need not be aligned */
	memcpy(tag, in->at, sizeof *tag);
	memcpy(&length, in->at + sizeof *tag, sizeof length);
	in->at += sizeof *tag + sizeof length;
	in->left -= sizeof *tag + sizeof length;
	if (length > in->left)
		return false;
	*value = (struct in){ in->at, length };
	in->at += length;
	in->left -= length;
	return true;
}

/* One after the other: there are some dozens, and it is done when a bridled begins. */
static const struct field *
find_field(const struct shape *shape, uint16_t tag)
{
	for (size_t i = 0; i < shape->n; i++)
		if (shape->at[i].tag == tag)
			return &shape->at[i];
	return NULL;
}

/* What was not written down: 0, but for descriptors, of which 0 is one. */
static void
clear(const struct shape *shape, void *record)
{
	static const int64_t none = -1;

	for (size_t i = 0; i < shape->n; i++) {
		const struct field *f = &shape->at[i];

		memset((char *)record + f->offset, 0, f->size);
		if (f->kind == DESCRIPTOR)
			memcpy((char *)record + f->offset, &none, sizeof none);
	}
}

/* A number of less than 8 bytes, or words that are too long, are of somebody who meant something else: passed over. */
static void
store(const struct shape *shape, void *record, uint16_t tag, const struct in *value)
{
	const struct field *f = find_field(shape, tag);
	char *to = (char *)record + (f != NULL ? f->offset : 0);

	if (f == NULL || (f->kind == WORDS ? value->left >= f->size : value->left != sizeof(int64_t)))
		return;
	if (f->kind == WORDS)
		memset(to, 0, f->size);
	memcpy(to, value->at, value->left);
	if (f->kind == WORDS) /* whatever follows a NUL is not part of it */
		memset(to + strlen(to), 0, f->size - strlen(to));
}

static bool
take_index(struct in *value, uint16_t most, uint16_t *index)
{
	if (value->left < sizeof *index)
		return false;
	memcpy(index, value->at, sizeof *index);
	value->at += sizeof *index;
	value->left -= sizeof *index;
	return *index < most;
}

static void
take_fields(struct in *in, const struct shape *shape, void *record)
{
	struct in value;
	uint16_t tag;

	while (take_field(in, &tag, &value))
		store(shape, record, tag, &value);
}

static void
clear_service(struct state_service *s)
{
	clear(&service_shape, s);
	for (uint32_t i = 0; i < STATE_GENERATIONS; i++)
		clear(&generation_shape, &s->generations[i]);
	for (uint32_t i = 0; i < STATE_LISTENERS; i++)
		clear(&listener_shape, &s->listeners[i]);
	s->listener_count = 0;
}

bool
state_record_get_service(const char *fields, size_t length, struct state_service *s)
{
	struct in in = { fields, length }, value;
	uint16_t tag, i;

	clear_service(s);
	while (take_field(&in, &tag, &value)) {
		if (tag == TAG_GENERATION && take_index(&value, STATE_GENERATIONS, &i)) {
			take_fields(&value, &generation_shape, &s->generations[i]);
		} else if (tag == TAG_LISTENER && take_index(&value, STATE_LISTENERS, &i)) {
			take_fields(&value, &listener_shape, &s->listeners[i]);
			if (s->listener_count <= i)
				s->listener_count = (uint64_t)i + 1;
		} else {
			store(&service_shape, s, tag, &value);
		}
	}
	return s->name[0] != '\0';
}

void
state_record_get_bridled(const char *fields, size_t length, struct state_bridled *b)
{
	struct in in = { fields, length };

	clear(&bridled_shape, b);
	take_fields(&in, &bridled_shape, b);
}

/* ---- descriptors ---- */

static void
visit_descriptors(const struct shape *shape, const void *record, void (*visit)(void *context, int fd), void *context)
{
	int64_t fd;

	for (size_t i = 0; i < shape->n; i++) {
		if (shape->at[i].kind != DESCRIPTOR)
			continue;
		memcpy(&fd, (const char *)record + shape->at[i].offset, sizeof fd);
		if (fd >= 0 && fd <= INT32_MAX)
			visit(context, (int)fd);
	}
}

void
state_descriptors_of_service(const struct state_service *record, void (*visit)(void *context, int fd), void *context)
{
	visit_descriptors(&service_shape, record, visit, context);
	for (uint32_t i = 0; i < STATE_GENERATIONS; i++)
		visit_descriptors(&generation_shape, &record->generations[i], visit, context);
	for (uint32_t i = 0; i < record->listener_count && i < STATE_LISTENERS; i++)
		visit_descriptors(&listener_shape, &record->listeners[i], visit, context);
}

void
state_descriptors_of_bridled(const struct state_bridled *record, void (*visit)(void *context, int fd), void *context)
{
	visit_descriptors(&bridled_shape, record, visit, context);
}
