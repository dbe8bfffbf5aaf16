/*
 * state_slot -- a slot of a state's image, which has several copies of one record: whoever dies while writing one leaves the
 * one before. Bytes, whatever they mean. Pure, and of state.c alone.
 */
#ifndef BRIDLE_WIRE_STATE_SLOT_H
#define BRIDLE_WIRE_STATE_SLOT_H

#include "wire/state.h"

enum { STATE_FIELDS_MAX = STATE_SLOT / 2 - 24 }; /* of a record, so that another fits beside it */

/* Write a copy of LENGTH bytes (<= STATE_FIELDS_MAX) into SLOT, the STATE_SLOT bytes of one, aligned to 8, beside the one that
 * counts. CHANGE: what of the slot is another now; nothing, when they are the same as before. False when there is no room: the
 * one before stays. */
bool state_slot_write(void *slot, const char *fields, size_t length, struct state_change *change);

/* The copy that counts, and its LENGTH; NULL when there is none, or one of 0 bytes. */
const char *state_slot_newest(const void *slot, size_t *length);

/* FNV-1a: against torn writes, not against anybody. */
uint64_t state_checksum(const void *bytes, size_t n);

#endif
