/*
 * state -- what a bridled remembers over its own end: re-exec, crash, kill -9. Pure: bytes and structs.
 *
 * An image is a header and slots of fixed size: slot 0 for bridled itself, slot 1 + N for the service in slot N of the page. A
 * slot has room for several copies of its record. A new one is written beside the one that counts, and counts from the
 * moment in which its checksum is right: whoever dies in the middle leaves the one before. So the same bytes serve as the
 * file that is kept current, and as the memfd that is handed over at a re-exec.
 *
 * A record is a list of fields: tag, length, value (state.def). Tags that are not known are passed over, fields that are
 * not there are 0 (descriptors: -1): so each program reads what older ones wrote, and STATE_VERSION only grows when a program
 * that knows less would do harm by reading on. tests/unit/state keeps an image of every version.
 *
 * Numbers are in the byte order of the machine, for no image ever leaves it.
 */
#ifndef BRIDLE_WIRE_STATE_H
#define BRIDLE_WIRE_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define STATE_MAGIC UINT64_C(0x3154534c44524231) /* "1BRDLST1" */

enum {
	STATE_VERSION = 1,
	STATE_SLOT = 8192, /* bytes of a slot; the header has as many */
	STATE_OFFSET_BRIDLED = STATE_SLOT,
	STATE_CAPACITY_MAX = 65536,
	STATE_GENERATIONS = 4,
	STATE_LISTENERS = 16,
	STATE_TEXT = 272, /* of a listener's text, and of its path */
	STATE_BOOT = 40,  /* of boot_id (random(4)) and the start of process 1 (proc(5)), and its NUL */
};

struct state_generation {
#define GENERATION_INT(tag, name, where) int64_t name;
#define SLOT_INT(tag, name, where) int64_t name;
#define SLOT_FD(tag, name, where) int64_t name;
#include "wire/state.def"
};

struct state_listener {
#define LISTENER_INT(tag, name, where) int64_t name;
#define LISTENER_FD(tag, name, where) int64_t name;
#include "wire/state.def"
	char text[STATE_TEXT]; /* as written in bind */
	char path[STATE_TEXT]; /* unix; "" for TCP */
};

struct state_service {
#define LIFE_INT(tag, name, where) int64_t name;
#define SERVICE_INT(tag, name, where) int64_t name;
#define SERVICE_FD(tag, name, where) int64_t name;
#define SERVICE_TEXT(tag, name, size, where) char name[size];
#include "wire/state.def"
	struct state_generation generations[STATE_GENERATIONS];
	struct state_listener listeners[STATE_LISTENERS];
	uint64_t listener_count;
};

struct state_bridled {
#define BRIDLED_INT(tag, name, where) int64_t name;
#define BRIDLED_FD(tag, name, where) int64_t name;
#define BRIDLED_TEXT(tag, name, size, where) char name[size];
#include "wire/state.def"
};

struct state_header {
	uint64_t magic;
	uint32_t version;
	uint32_t slot_size;
	uint32_t capacity; /* of services */
	uint32_t reserved;
	char boot[STATE_BOOT]; /* its pids and times mean nothing after another boot */
	char program[24];      /* version of who wrote it, for people */
	uint64_t check;
};

/* Bytes of an image for CAPACITY services (<= STATE_CAPACITY_MAX). */
size_t state_size(uint32_t capacity);

/* Where service SLOT begins in an image (STATE_SLOT bytes). */
size_t state_offset(uint32_t slot);

/* Write the header of an image into BYTES, which are zeroed and aligned to 8. */
void state_init(void *bytes, uint32_t capacity, const char *boot, const char *program);

/* Is this an image that we can read? Says what is wrong if not: a newer version, above all. SIZE as it is now. */
bool state_check(const void *bytes, size_t size, struct err *err);
const struct state_header *state_header(const void *bytes);

/* What of a slot was changed, for those who keep the image in a file: 0 bytes where a record says the same as before. */
struct state_change {
	uint32_t offset, length;
};

/* Take down a record in SLOT, the STATE_SLOT bytes of one, aligned to 8. False when it does not fit: the one before stays. */
bool state_change_service(void *slot, const struct state_service *record, struct state_change *change);
bool state_change_bridled(void *slot, const struct state_bridled *record, struct state_change *change);

/* Nobody is in SLOT any more. */
void state_change_forget(void *slot, struct state_change *change);

/* The same in an image that is in memory as a whole. SLOT < capacity. */
bool state_put_service(void *bytes, uint32_t slot, const struct state_service *record);
bool state_put_bridled(void *bytes, const struct state_bridled *record);

/* The last whole record. False: there is none. Only what state_check took. */
bool state_get_service(const void *bytes, uint32_t slot, struct state_service *out);
bool state_get_bridled(const void *bytes, struct state_bridled *out);

/* Call VISIT for every descriptor that a record names. */
void state_descriptors_of_service(const struct state_service *record, void (*visit)(void *context, int fd),
	void *context);
void state_descriptors_of_bridled(const struct state_bridled *record, void (*visit)(void *context, int fd),
	void *context);

#endif
