#include "wire/state.h"

#include <string.h>

#include "base/text.h"

enum kind { NUMBER, DESCRIPTOR, WORDS };

struct field {
	uint16_t tag;
	uint16_t kind;
	uint32_t offset, size;
};

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

/* In front of each copy of a record. */
struct head {
	uint64_t check;    /* of what follows, the fields included; 0 bytes of a fresh image are not right */
	uint64_t sequence; /* the highest one counts */
	uint32_t length;   /* of the fields; 0: nobody */
	uint32_t reserved;
};

enum { FIELDS_MAX = STATE_SLOT / 2 - (int)sizeof(struct head) };

/* Copies may begin and must end here; those of no more than 2 KiB take turns in the first page, so that an ordinary service
 * costs no more than one. */
static const uint32_t places[] = { 0, 2048, 4096 }, ends[] = { 4096, 4096, 8192 };

static uint64_t
checksum(const void *bytes, size_t n)
{
	const unsigned char *at = bytes;
	uint64_t sum = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < n; i++)
		sum = (sum ^ at[i]) * UINT64_C(0x100000001b3);
	return sum;
}

static uint64_t
head_checksum(const struct head *head)
{
	const size_t begin = offsetof(struct head, sequence);

	return checksum((const char *)head + begin, sizeof *head - begin + head->length);
}

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
	uint16_t length = (uint16_t)n;

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
	memcpy(o->at + begin + sizeof tag, &length, sizeof length);
}

static void
put_service(struct out *o, const void *record)
{
	const struct state_service *s = record;

	put_fields(o, &service_shape, s);
	for (uint16_t i = 0; i < STATE_GENERATIONS; i++)
		put_nested(o, TAG_GENERATION, &generation_shape, &s->generations[i], i, false);
	for (uint16_t i = 0; i < s->listener_count && i < STATE_LISTENERS; i++)
		put_nested(o, TAG_LISTENER, &listener_shape, &s->listeners[i], i, true);
}

static void
put_bridled(struct out *o, const void *record)
{
	put_fields(o, &bridled_shape, record);
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

static const struct field *
find_field(const struct shape *shape, uint16_t tag)
{
	for (size_t i = 0; i < shape->n; i++)
		if (shape->at[i].tag == tag)
			return &shape->at[i];
	return NULL;
}

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
take_service(struct in *in, struct state_service *s)
{
	struct in value;
	uint16_t tag, i;

	while (take_field(in, &tag, &value)) {
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
}

/* ---- copies ---- */

/* The copy at PLACE of SLOT, if it is whole. */
static const struct head *
copy_at(const char *slot, uint32_t place)
{
	const struct head *head = (const struct head *)(const void *)(slot + place);

	if (head->length > FIELDS_MAX || place + sizeof *head + head->length > STATE_SLOT)
		return NULL;
	return head->check == head_checksum(head) ? head : NULL;
}

static const struct head *
newest(const char *slot)
{
	const struct head *best = NULL;

	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		const struct head *copy = copy_at(slot, places[i]);

		if (copy != NULL && (best == NULL || copy->sequence > best->sequence))
			best = copy;
	}
	return best;
}

/* A place for LENGTH bytes of fields that does not touch the copy NOW. */
static struct head *
place_beside(char *slot, const struct head *now, size_t length)
{
	size_t begin = now == NULL ? STATE_SLOT : (size_t)((const char *)now - slot);
	size_t end = now == NULL ? STATE_SLOT : begin + sizeof *now + now->length;

	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		size_t from = places[i], to = from + sizeof *now + length;

		if (to <= ends[i] && (to <= begin || from >= end))
			return (struct head *)(void *)(slot + from);
	}
	return NULL;
}

/* Until the last byte of it is written, the copy before counts: the checksum tells. */
static bool
commit(char *slot, const char *fields, size_t length, struct state_change *change)
{
	const struct head *now = newest(slot);
	struct head *head;

	*change = (struct state_change){ 0 };
	if (now != NULL && now->length == length && memcmp(now + 1, fields, length) == 0)
		return true;
	head = place_beside(slot, now, length);
	if (head == NULL)
		return false;
	head->check = 0;
	memcpy(head + 1, fields, length);
	head->sequence = now == NULL ? 1 : now->sequence + 1;
	head->length = (uint32_t)length;
	head->reserved = 0;
	head->check = head_checksum(head);
	change->offset = (uint32_t)((const char *)head - slot);
	change->length = (uint32_t)(sizeof *head + length);
	return true;
}

static bool
put_record(char *slot, void (*write)(struct out *o, const void *record), const void *record,
	struct state_change *change)
{
	char fields[FIELDS_MAX];
	struct out o = { .at = fields, .size = sizeof fields };

	write(&o, record);
	return !o.cut && commit(slot, fields, o.len, change);
}

bool
state_change_service(void *slot, const struct state_service *record, struct state_change *change)
{
	return put_record(slot, put_service, record, change);
}

bool
state_change_bridled(void *slot, const struct state_bridled *record, struct state_change *change)
{
	return put_record(slot, put_bridled, record, change);
}

void
state_change_forget(void *slot, struct state_change *change)
{
	commit(slot, "", 0, change);
}

/* ---- the image ---- */

size_t
state_size(uint32_t capacity)
{
	return state_offset(capacity);
}

size_t
state_offset(uint32_t slot)
{
	return ((size_t)slot + 2) * STATE_SLOT;
}

static uint64_t
header_checksum(const struct state_header *h)
{
	return checksum(h, offsetof(struct state_header, check));
}

void
state_init(void *bytes, uint32_t capacity, const char *boot, const char *program)
{
	struct state_header *h = bytes;

	*h = (struct state_header){ .magic = STATE_MAGIC,
		.version = STATE_VERSION,
		.slot_size = STATE_SLOT,
		.capacity = capacity };
	text_copy(h->boot, sizeof h->boot, boot);
	text_copy(h->program, sizeof h->program, program);
	h->check = header_checksum(h);
}

bool
state_check(const void *bytes, size_t size, struct err *err)
{
	const struct state_header *h = bytes;

	if (size < STATE_SLOT || h->magic != STATE_MAGIC)
		return err_set(err, 0, "it is no state of a bridled");
	if (h->version > STATE_VERSION)
		return err_set(err, 0, "a newer bridled wrote it (format %u; this one reads up to %d)", h->version,
			STATE_VERSION);
	if (h->check != header_checksum(h) || h->version == 0 || h->slot_size != STATE_SLOT)
		return err_set(err, 0, "its header is broken");
	if (h->boot[sizeof h->boot - 1] != '\0' || h->program[sizeof h->program - 1] != '\0')
		return err_set(err, 0, "its header is broken");
	if (h->capacity > STATE_CAPACITY_MAX || state_size(h->capacity) > size)
		return err_set(err, 0, "it is cut short");
	return true;
}

const struct state_header *
state_header(const void *bytes)
{
	return bytes;
}

bool
state_put_service(void *bytes, uint32_t slot, const struct state_service *record)
{
	struct state_change change;

	return state_change_service((char *)bytes + state_offset(slot), record, &change);
}

bool
state_put_bridled(void *bytes, const struct state_bridled *record)
{
	struct state_change change;

	return state_change_bridled((char *)bytes + STATE_OFFSET_BRIDLED, record, &change);
}

bool
state_get_service(const void *bytes, uint32_t slot, struct state_service *out)
{
	const struct head *head = newest((const char *)bytes + state_offset(slot));
	struct in in;

	if (head == NULL || head->length == 0)
		return false;
	clear(&service_shape, out);
	for (uint32_t i = 0; i < STATE_GENERATIONS; i++)
		clear(&generation_shape, &out->generations[i]);
	for (uint32_t i = 0; i < STATE_LISTENERS; i++)
		clear(&listener_shape, &out->listeners[i]);
	out->listener_count = 0;
	in = (struct in){ (const char *)(head + 1), head->length };
	take_service(&in, out);
	return out->name[0] != '\0';
}

bool
state_get_bridled(const void *bytes, struct state_bridled *out)
{
	const struct head *head = newest((const char *)bytes + STATE_OFFSET_BRIDLED);
	struct in in;

	if (head == NULL || head->length == 0)
		return false;
	clear(&bridled_shape, out);
	in = (struct in){ (const char *)(head + 1), head->length };
	take_fields(&in, &bridled_shape, out);
	return true;
}

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
