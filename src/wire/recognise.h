/*
 * recognise -- a stream of log bytes in, what it says out.
 *
 * One pass: newlines are looked for with memchr(3), a line is dismissed by its first bytes where it can be, and only what
 * may be Gunicorn's, Python's, the kernel's or the proxy's is looked at closely. Takes no memory beyond the struct,
 * whatever comes: of a line only the first RECOGNISER_LINE bytes count, NULs and broken UTF-8 are bytes like others.
 */
#ifndef BRIDLE_WIRE_RECOGNISE_H
#define BRIDLE_WIRE_RECOGNISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/signatures.h"
#include "wire/strand.h"
#include "wire/traceback.h"
#include "wire/zones.h"

enum { RECOGNISER_LINE = 8192 };

enum recognised_kind {
	RECOGNISED_LINE,      /* a line of signatures.def */
	RECOGNISED_TRACEBACK, /* a traceback, at its end or where the log leaves it */
	RECOGNISED_ANSWER,    /* an access line: `detail` is the HTTP status */
	RECOGNISED_OWN,       /* a line of the user's own signatures */
	RECOGNISED_COMPLAINT, /* none of these, but with Gunicorn's header, as an error */
};

/* Pointers are good as long as the call lasts. */
struct recognised {
	enum recognised_kind kind;
	uint64_t line;   /* number of the line, from 1; of a traceback the one with the exception */
	int64_t second;  /* as in logform; that of the last line that had one when this one has none */
	int32_t speaker; /* pid in the header, or 0 */
	struct signature_match match;
	const struct traceback *traceback; /* NULL unless it is one */
	const struct signature_own *own;   /* NULL unless it is one; lives as long as what recogniser_know was given */
	/* the line as it is in the log, without colours; of a traceback the first 512 bytes of that with the exception */
	const char *text;
	size_t length;
	const char *message; /* of a line what it says, behind its header and all prefixes; else NULL */
	size_t message_length;
};

/* Called for whatever is recognised, in the order of the log; a traceback when it is over. */
typedef void recognise_sink(void *context, const struct recognised *what);

struct recogniser {
	recognise_sink *sink;
	void *context;
	uint64_t lines; /* ended so far */
	int64_t second;
	struct zones zones;
	unsigned stamps; /* the most that a line had: those with fewer go by another clock */
	bool copied;     /* to be set by the caller: a person may have copied it, and made newlines blanks; into a log that is
	                  * written by programs anybody could put such rows with a request */
	bool strict;     /* Gunicorn's header has been seen: lines without one are not its lines */
	bool begun;      /* a line has begun that has not ended; what goes beyond `line` is passed over */
	struct signature_index index;
	char prefix[96]; /* of a kind that is not known, with 0 for each digit */
	size_t prefix_length;
	struct traceback traceback;
	int32_t traceback_speaker;
	struct strand strand; /* of its lines */
	char error_text[512]; /* the last exception's line of the traceback in hand */
	size_t error_length;
	size_t held;                    /* bytes of a line that has not ended yet */
	char line[RECOGNISER_LINE];     /* that one, or one whose colours are taken out */
	char plain[RECOGNISER_LINE];    /* what a JSON line stands for */
	char unfolded[RECOGNISER_LINE]; /* what a flattened one stands for, perhaps one of `plain` */
};

/* SINK is called with CONTEXT and each line that is recognised, while it is fed. */
void recogniser_init(struct recogniser *r, recognise_sink *sink, void *context);

/* Recognise the COUNT (at most SIGNATURES_OWN) lines of OWN as well, which must live as long as R. */
void recogniser_know(struct recogniser *r, const struct signature_own *own, unsigned count);

/* The next N BYTES of the log. */
void recogniser_feed(struct recogniser *r, const char *bytes, size_t n);

/* Is nothing open: no line, no traceback, no prefix learnt? Then all that the next bytes need to be read alike is `strict`. */
bool recogniser_rests(const struct recogniser *r);

/* A traceback that nothing follows is told. */
void recogniser_flush(struct recogniser *r);

/* The log is over: a line without newline counts as well. */
void recogniser_end(struct recogniser *r);

#endif
