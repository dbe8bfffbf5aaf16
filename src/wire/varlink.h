/*
 * varlink -- the protocol of the control socket (https://varlink.org): JSON objects ended by NUL.
 *
 * Framing and envelopes: calls, replies, errors. What the methods mean is in watcher/methods.c, the interface
 * itself in org.bridle.varlink (embedded as varlink_interface). JSON by jansson; bounded: a frame of more than
 * VARLINK_FRAME_MAX bytes, or nested deeper than VARLINK_DEPTH, is an error. No I/O.
 */
#ifndef BRIDLE_WIRE_VARLINK_H
#define BRIDLE_WIRE_VARLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <jansson.h>

#include "base/err.h"
#include "wire/jsonw.h"

/* Longest frame of a reply (a brief List of 4096 services is 2 MiB) and of a call, in bytes without the NUL, and deepest
 * nesting of objects and arrays, the outermost object counting as 1. */
enum { VARLINK_FRAME_MAX = 16 << 20, VARLINK_REQUEST_MAX = 1 << 16, VARLINK_DEPTH = 32 };
#define VARLINK_INTERFACE "org.bridle"

/* What every varlink service has: https://varlink.org/Service. The parameter of each error follows it. */
#define VARLINK_SERVICE "org.varlink.service"
#define VARLINK_INTERFACE_NOT_FOUND VARLINK_SERVICE ".InterfaceNotFound"       /* interface */
#define VARLINK_METHOD_NOT_FOUND VARLINK_SERVICE ".MethodNotFound"             /* method */
#define VARLINK_METHOD_NOT_IMPLEMENTED VARLINK_SERVICE ".MethodNotImplemented" /* method */
#define VARLINK_INVALID_PARAMETER VARLINK_SERVICE ".InvalidParameter"          /* parameter */
#define VARLINK_PERMISSION_DENIED VARLINK_SERVICE ".PermissionDenied"          /* none */
#define VARLINK_EXPECTED_MORE VARLINK_SERVICE ".ExpectedMore"                  /* none */

extern const char varlink_interface[];         /* text of org.bridle.varlink */
extern const char varlink_service_interface[]; /* text of org.varlink.service.varlink */

/* Bytes that came in, until a frame is whole. Takes no memory while nothing is in it. */
struct varlink_in {
	char *at;
	size_t first;     /* where what was not given out begins */
	size_t seen;      /* no NUL between first and here */
	size_t len, size; /* in use; taken */
	size_t max;       /* longest frame allowed, without its NUL */
};

/* Empty; frames of up to MAX bytes. */
void varlink_in_init(struct varlink_in *in, size_t max);
void varlink_in_free(struct varlink_in *in);

/* Room to read into, *ROOM (> 0) bytes; NULL when the frame is longer than allowed (or memory is out): hang up. All
 * whole frames must have been taken with varlink_in_next before, or many short ones count as one that is too long. */
char *varlink_in_room(struct varlink_in *in, size_t *room);

/* N bytes (<= *ROOM) were put there. */
void varlink_in_got(struct varlink_in *in, size_t n);

/* The next whole frame, NUL-ended, *LENGTH bytes without the NUL, valid until the next call of any of these; NULL: none
 * yet. */
char *varlink_in_next(struct varlink_in *in, size_t *length);

struct varlink_call {
	const char *method; /* "org.bridle.List": well-formed, not necessarily known */
	json_t *parameters; /* an object, never NULL */
	bool more, oneway;  /* at most one of them */
	json_t *whole;      /* private */
};

/* Read a call. Refused, besides what is not JSON: strings with NUL or broken UTF-8, an object with a key twice, a key
 * that varlink does not know beside method and parameters (it may change what the call means), and "upgrade", which no
 * method of ours can. On false nothing needs to be freed. */
bool varlink_call_parse(struct varlink_call *call, const char *frame, size_t length, struct err *err);
void varlink_call_free(struct varlink_call *call);

/* A call as a NUL-ended frame (the NUL counts in *length); free() it. NULL only without memory. PARAMETERS are
 * borrowed; NULL: none. */
char *varlink_call_format(const char *method, json_t *parameters, bool more, size_t *length);

struct varlink_reply {
	const char *error;  /* NULL, or "org.bridle.NoSuchService" */
	json_t *parameters; /* an object, never NULL */
	bool continues;
	json_t *whole; /* private */
};

/* Read a reply. As varlink_call_parse, but keys that we do not know are passed over: the daemon may be newer. */
bool varlink_reply_parse(struct varlink_reply *reply, const char *frame, size_t length, struct err *err);
void varlink_reply_free(struct varlink_reply *reply);

/* ERROR may be NULL. As varlink_call_format. */
char *varlink_reply_format(const char *error, json_t *parameters, bool continues, size_t *length);

/* A reply of many objects, written straight (jsonw.h): its parameters, each with its key, stand between the two calls. What
 * the second returns is as of varlink_call_format, but NULL also where it is beyond VARLINK_FRAME_MAX. */
void varlink_reply_open(struct jsonw *w);
char *varlink_reply_take(struct jsonw *w, size_t *length);

/* Is this the full name of a method, or of an error: an interface's ("org.bridle"), a dot, a word with a capital? */
bool varlink_name_ok(const char *name);

#endif
