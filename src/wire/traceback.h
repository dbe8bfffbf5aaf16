/*
 * traceback -- the lines of a Python traceback put together: which exception, raised where, while doing what.
 *
 * Chained exceptions ("The above exception was the direct cause …") are one traceback of several blocks: the root is the
 * first block, the last one is what was raised in the end. Parts suffice: shippers cut off the head, people the tail.
 * Takes lines one by one and keeps words of fixed size only.
 */
#ifndef BRIDLE_WIRE_TRACEBACK_H
#define BRIDLE_WIRE_TRACEBACK_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/exceptions.h"
#include "wire/logform.h"

/* clang-format off */
enum place {
	PLACE_ABORT, PLACE_BOOT, PLACE_IMPORT, PLACE_WORKER, PLACE_LOOP, PLACE_REQUEST, PLACE_REPLY, PLACE_PARSE,
	PLACE_ACCEPT, PLACE_MASTER, PLACE_CHILD_SIGNAL, PLACE_LOGGER, PLACE_WORKER_TMP, PLACE_PIDFILE, PLACE_SOCKET,
	PLACE_CONFIG, PLACE_WORKER_CLASS, PLACE_ENVIRONMENT, PLACE_LOGGING, PLACE_CONNECT,
	PLACE_LIFESPAN, /* what an ASGI application does before it serves */
	PLACE_LIFESPAN_LOOP, /* ... and where it waits, while it serves, to be told that it is over */
	PLACE_MASTER_START, /* before it makes workers (Arbiter.start) */
	PLACE_FORK, /* the call of os.fork() itself */
	PLACE_STATSD, /* a figure that nobody took */
	PLACE_LAUNCH, PLACE_RUN, /* the script that starts Gunicorn; Gunicorn's own start */
	PLACE_HANDLER, /* a handler of logging opens its file */
	PLACE_EXPRESSION, /* ATTRIBUTE of MODULE:ATTRIBUTE, where Gunicorn itself evaluates it */
	PLACE_HEAD, /* where the first lines of a request are taken apart */
	PLACE_SENDFILE, /* a file is sent, which the system has to read first */
	PLACES
};
_Static_assert(PLACES <= 32, "places are bits of one word");
/* clang-format on */
#define PLACE_BIT(place) (1u << PLACE_##place)

struct traceback_error {
	enum exception kind;
	char name[64]; /* "" as long as the block has no last line, nor a row that raises it in so many words */
	char message[256];
	char file[160];  /* of the innermost frame that was seen, without Gunicorn's handler of SIGABRT and what is frozen into Python */
	uint32_t row;    /* in that file; 0 when not known */
	uint64_t line;   /* of the log */
	uint32_t places; /* PLACE_BITs of its frames */
};

struct traceback {
	bool open;       /* lines are being put together */
	bool headed;     /* "Traceback (most recent call last):" was seen */
	bool ended;      /* the block has its exception; what comes next may chain another one */
	bool torn;       /* the last line began a frame, and broke off within its path */
	uint64_t line;   /* of the log, where it begins */
	unsigned blocks; /* exceptions seen */
	unsigned frames;
	unsigned indent; /* of the line that began it */
	struct traceback_error root, last;
	uint32_t places; /* of all frames */
};

/* clang-format off */
enum traceback_step {
	TRACEBACK_FOREIGN, /* the line belongs to no traceback */
	TRACEBACK_TAKEN,   /* it belongs to this one */
	TRACEBACK_OVER,    /* it does not, and this one is whole: use it, traceback_clear, and ask again */
};
/* clang-format on */

/* None yet: also to begin with. */
void traceback_clear(struct traceback *t);

/* The next line of the log, LINE being its number. */
enum traceback_step traceback_take(struct traceback *t, const struct logform *f, uint64_t line);

#endif
