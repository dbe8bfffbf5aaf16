#include "wire/state.h"

#include "base/text.h"
#include "wire/state_record.h"
#include "wire/state_slot.h"

/* ---- what of a slot was changed ---- */

bool
state_change_service(void *slot, const struct state_service *record, struct state_change *change)
{
	struct state_fields fields;

	return state_record_put_service(record, &fields) && state_slot_write(slot, fields.at, fields.length, change);
}

bool
state_change_bridled(void *slot, const struct state_bridled *record, struct state_change *change)
{
	struct state_fields fields;

	return state_record_put_bridled(record, &fields) && state_slot_write(slot, fields.at, fields.length, change);
}

/* A record of no bytes is a copy as well: without one, the copy before would go on to count. */
void
state_change_forget(void *slot, struct state_change *change)
{
	state_slot_write(slot, "", 0, change);
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
	return ((size_t)slot + 2) * STATE_SLOT; /* the header and bridled's own record come first */
}

static uint64_t
header_checksum(const struct state_header *h)
{
	return state_checksum(h, offsetof(struct state_header, check));
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
	/* before the checksum: a later header may be longer, and its checksum elsewhere */
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
	size_t length;
	const char *fields = state_slot_newest((const char *)bytes + state_offset(slot), &length);

	return fields != NULL && state_record_get_service(fields, length, out);
}

bool
state_get_bridled(const void *bytes, struct state_bridled *out)
{
	size_t length;
	const char *fields = state_slot_newest((const char *)bytes + STATE_OFFSET_BRIDLED, &length);

	if (fields == NULL)
		return false;
	state_record_get_bridled(fields, length, out);
	return true;
}
