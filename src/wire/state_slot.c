#include "wire/state_slot.h"

#include <string.h>

/* In front of each copy of a record. */
struct head {
	uint64_t check;    /* of what follows, the fields included; 0 bytes of a fresh image are not right */
	uint64_t sequence; /* the highest one counts */
	uint32_t length;   /* of the fields; 0: nobody */
	uint32_t reserved;
};

_Static_assert(STATE_FIELDS_MAX + sizeof(struct head) == STATE_SLOT / 2, "two copies fit beside each other");

/* Copies may begin and must end here; those of no more than 2 KiB take turns in the first page, so that an ordinary service
 * costs no more than one. */
static const uint32_t places[] = { 0, 2048, 4096 }, ends[] = { 4096, 4096, 8192 };

/* FNV-1a, 64 bits: against what was written by half, not against anybody. */
uint64_t
state_checksum(const void *bytes, size_t n)
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

	return state_checksum((const char *)head + begin, sizeof *head - begin + head->length);
}

/* The copy at PLACE of SLOT, if it is whole. */
static const struct head *
copy_at(const char *slot, uint32_t place)
{
	const struct head *head = (const struct head *)(const void *)(slot + place);

	if (head->length > STATE_FIELDS_MAX || place + sizeof *head + head->length > STATE_SLOT)
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

const char *
state_slot_newest(const void *slot, size_t *length)
{
	const struct head *head = newest(slot);

	*length = head == NULL ? 0 : head->length;
	return *length == 0 ? NULL : (const char *)(head + 1);
}

/* Until the last byte of it is written, the copy before counts: the checksum tells. */
bool
state_slot_write(void *slot, const char *fields, size_t length, struct state_change *change)
{
	const struct head *now = newest(slot);
	struct head *head;

	*change = (struct state_change){ 0 };
	/* a record that says the same is not written again: most moves change one service of many */
	if (now != NULL && now->length == length && memcmp(now + 1, fields, length) == 0)
		return true;
	head = place_beside(slot, now, length);
	if (head == NULL)
		return false;
	head->check = 0; /* from here on it is no copy, until the last line */
	memcpy(head + 1, fields, length);
	head->sequence = now == NULL ? 1 : now->sequence + 1;
	head->length = (uint32_t)length;
	head->reserved = 0;
	head->check = head_checksum(head);
	change->offset = (uint32_t)((const char *)head - (const char *)slot);
	change->length = (uint32_t)(sizeof *head + length);
	return true;
}
