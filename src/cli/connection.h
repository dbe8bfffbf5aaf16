/*
 * connection -- one connection to the control socket: a call goes out, a reply or a trouble comes back.
 */
#ifndef BRIDLE_CLI_CONNECTION_H
#define BRIDLE_CLI_CONNECTION_H

#include <jansson.h>
#include <stdbool.h>

#include "base/msec.h"
#include "cli/arguments.h"
#include "cli/place.h"
#include "cli/trouble.h"
#include "wire/varlink.h"

enum { CONNECTION_PATIENCE = 10000 /* msec that a daemon may take for an answer that needs no waiting */ };

struct connection {
	int fd;
	struct varlink_in in;
	struct place place;
};

/* Connect to the daemon that A means. Replies are waited for CONNECTION_PATIENCE; see connection_be_patient. False
 * with T: nothing to close. */
bool connection_open(struct connection *c, const struct arguments *a, struct trouble *t);
void connection_close(struct connection *c);

/* From now on wait for replies without limit: stopping a service may take hours if it is allowed to. */
void connection_be_patient(struct connection *c);

/* Send a call of "org.bridle.METHOD". PARAMETERS are taken over; NULL: none. MORE: several replies are wanted. False
 * with T. */
bool connection_send(struct connection *c, const char *method, json_t *parameters, bool more, struct trouble *t);

/* Wait for the next reply, as it came: *LENGTH bytes, valid until anything else is done with C. NULL with T. */
char *connection_frame(struct connection *c, size_t *length, struct trouble *t);

/* What such a frame means. Returns and fills as connection_receive, which is both of these. */
bool connection_understand(const char *frame, size_t length, struct varlink_reply *reply, struct trouble *t);

/* Wait for the next reply. False with T when there is none, and when it is an error: exit status and hint are then
 * those of the error. Else the caller frees REPLY with varlink_reply_free. */
bool connection_receive(struct connection *c, struct varlink_reply *reply, struct trouble *t);

/* Send and receive, for a method with one reply. False with T; else REPLY is the caller's to free. */
bool connection_call(struct connection *c, const char *method, json_t *parameters, struct varlink_reply *reply,
	struct trouble *t);

#endif
