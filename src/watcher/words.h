/*
 * words -- what happened to a service, in words, so that command, events and log say the same. Pure.
 */
#ifndef BRIDLE_WATCHER_WORDS_H
#define BRIDLE_WATCHER_WORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/msec.h"
#include "base/text.h"
#include "core/life.h"

/* What is known of a move, or of the state that a service is in. */
struct words_move {
	bool gunicorn; /* else a program */
	enum life_state from, to;
	enum life_event event;
	int32_t pid, status; /* of the master that ended last; pid 0: none has */
	msec lasted;         /* how long that one had lived; < 0 unknown */
	msec wait;           /* until the next start; < 0 not said */
	uint32_t streak;     /* failures in a row; 0 unknown */
	const char *manner;  /* of a replacement: as in manner.h; NULL or "" as usual */
	bool half_way;       /* the old generation has fewer workers than wanted since an exchange failed */
	const char *why;     /* there was no master: the start failed because of this; NULL: it did not */
};

/* "master 123 was killed by SIGKILL after 12s", "master 123 exited with status 3 after 350ms". */
void words_end(struct text *t, const struct words_move *move);

/* Why it is in this state. */
void words_reason(struct text *t, const struct words_move *move);

/* "0.4 s": how long a deed took. */
void words_took(struct text *t, msec took);

#endif
