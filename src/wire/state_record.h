/*
 * state_record -- a record of a state as bytes, and back: fields of tag, length, value, by the lists of state.def. Pure, and of
 * state.c alone.
 */
#ifndef BRIDLE_WIRE_STATE_RECORD_H
#define BRIDLE_WIRE_STATE_RECORD_H

#include "wire/state_slot.h"

/* The bytes of one record. */
struct state_fields {
	char at[STATE_FIELDS_MAX];
	size_t length;
};

/* Write down RECORD. False when it does not fit: FIELDS are then of no use. */
bool state_record_put_service(const struct state_service *record, struct state_fields *fields);
bool state_record_put_bridled(const struct state_bridled *record, struct state_fields *fields);

/* Read what was written, by whomever: LENGTH bytes at FIELDS, to their end or to what cannot be one. A service without a name
 * is none: false. */
bool state_record_get_service(const char *fields, size_t length, struct state_service *s);
void state_record_get_bridled(const char *fields, size_t length, struct state_bridled *b);

#endif
