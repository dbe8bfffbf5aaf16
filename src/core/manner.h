/*
 * manner -- how one generation follows another: both beside each other, worker by worker, or one after the other. Pure.
 *
 * What was asked for is what is done, with one exception: two generations beside each other need room for a second one.
 * Where the size of the first is known, and is known not to fit into what is free, workers are exchanged one at a time
 * (exchange.h). What is not known is no reason for anything but saying so.
 */
#ifndef BRIDLE_CORE_MANNER_H
#define BRIDLE_CORE_MANNER_H

#include <stdint.h>

/* The order is that of the words of the setting `replace`. */
enum manner {
	MANNER_BESIDE,     /* surge: a second generation at full size, then the first one goes */
	MANNER_SINGLY,     /* one-by-one: the second one grows as the first one shrinks */
	MANNER_DOWN_FIRST, /* stop-first: connections wait in the accept queue of the held listener meanwhile */
};

/* Why it is that one. Words for people follow a "replaced". */
#define MANNER_REASONS(X) \
	X(AS_SET, "") \
	X(NO_ROOM, "one worker at a time: a second generation does not fit into what is free") \
	X(ONE_WORKER, \
		"side by side although that does not fit into what is free: one worker cannot be exchanged singly") \
	X(SIZE_UNKNOWN, "side by side: whether that fits is not known, for its size is not") \
	X(ROOM_UNKNOWN, "side by side: whether that fits is not known, for what is free is not")

enum manner_reason {
#define X(name, words) MANNER_##name,
	MANNER_REASONS(X)
#undef X
		MANNER_REASON_COUNT
};

/* How to replace a service that is to be replaced as WISH says: it has WORKERS (>= 1) and takes SIZE bytes, ROOM bytes are
 * free; each -1 when it is not known. *REASON says why. */
enum manner manner_choose(enum manner wish, uint32_t workers, int64_t size, int64_t room, enum manner_reason *reason);

/* Never NULL; "" for MANNER_AS_SET and for what is none. */
const char *manner_reason_words(enum manner_reason reason);

#endif
