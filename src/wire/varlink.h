/*
 * varlink -- the protocol of the control socket (https://varlink.org): JSON objects ended by NUL.
 *
 * Framing and envelopes: calls, replies, errors. What the methods mean is in watcher/control.c, the interface
 * itself in org.bridle.varlink (embedded as varlink_interface). JSON by jansson; bounded: a frame of more than
 * VARLINK_FRAME_MAX bytes, or nested deeper than VARLINK_DEPTH, is an error. No I/O.
 */
#ifndef BRIDLE_WIRE_VARLINK_H
#define BRIDLE_WIRE_VARLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <jansson.h>

#include "base/err.h"

enum { VARLINK_FRAME_MAX = 1 << 20, VARLINK_REQUEST_MAX = 1 << 16, VARLINK_DEPTH = 32 };
#define VARLINK_INTERFACE "org.bridle"

extern const char varlink_interface[]; /* text of org.bridle.varlink */

/* Bytes that came in, until a frame is whole. */
struct varlink_in {
	char *at;
	size_t len, size, max; /* max: longest frame allowed */
};
void varlink_in_init(struct varlink_in *in, size_t max);
void varlink_in_free(struct varlink_in *in);
/* Room to read into; NULL when the frame is longer than allowed (or memory is out): hang up. */
char *varlink_in_room(struct varlink_in *in, size_t *room);
void varlink_in_got(struct varlink_in *in, size_t n);
/* The next whole frame, NUL-ended, valid until the next call of any of these; NULL: none yet. */
char *varlink_in_next(struct varlink_in *in, size_t *length);

struct varlink_call {
	char *method;       /* "org.bridle.List" */
	json_t *parameters; /* an object, never NULL */
	bool more, oneway;
	json_t *whole;      /* private */
};
/* Read a call. On false nothing needs to be freed. */
bool varlink_call_parse(struct varlink_call *call, const char *frame, size_t length, struct err *err);
void varlink_call_free(struct varlink_call *call);
/* A call as a NUL-ended frame (the NUL counts in *length); free() it. NULL only without memory. PARAMETERS are
 * borrowed; NULL: none. */
char *varlink_call_format(const char *method, json_t *parameters, bool more, size_t *length);

struct varlink_reply {
	const char *error;  /* NULL, or "org.bridle.NoSuchService" */
	json_t *parameters; /* an object, never NULL */
	bool continues;
	json_t *whole;      /* private */
};
bool varlink_reply_parse(struct varlink_reply *reply, const char *frame, size_t length, struct err *err);
void varlink_reply_free(struct varlink_reply *reply);
/* ERROR may be NULL. As varlink_call_format. */
char *varlink_reply_format(const char *error, json_t *parameters, bool continues, size_t *length);

#endif
