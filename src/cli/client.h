/*
 * client -- one connection to the control socket: a call goes out, a reply or a trouble comes back.
 */
#ifndef BRIDLE_CLI_CLIENT_H
#define BRIDLE_CLI_CLIENT_H

#include <jansson.h>
#include <stdbool.h>

#include "base/msec.h"
#include "cli/arguments.h"
#include "cli/place.h"
#include "cli/trouble.h"
#include "wire/varlink.h"

enum { CLIENT_PATIENCE = 10000 /* msec that a daemon may take for an answer that needs no waiting */ };

struct client {
	int fd;
	struct varlink_in in;
	struct place place;
};

/* Connect to the daemon that A means. Replies are waited for CLIENT_PATIENCE; see client_be_patient. False with T:
 * nothing to close. */
bool client_open(struct client *c, const struct arguments *a, struct trouble *t);
void client_close(struct client *c);

/* From now on wait for replies without limit: stopping a service may take hours if it is allowed to. */
void client_be_patient(struct client *c);

/* Send a call of "org.bridle.METHOD". PARAMETERS are taken over; NULL: none. MORE: several replies are wanted. */
bool client_send(struct client *c, const char *method, json_t *parameters, bool more, struct trouble *t);

/* Wait for the next reply, as it came: *LENGTH bytes, valid until anything else is done with C. NULL with T. */
char *client_frame(struct client *c, size_t *length, struct trouble *t);

/* What such a frame means. Returns and fills as client_receive, which is both of these. */
bool client_understand(const char *frame, size_t length, struct varlink_reply *reply, struct trouble *t);

/* Wait for the next reply. False with T when there is none, and when it is an error: exit status and hint are then
 * those of the error. Else the caller frees REPLY with varlink_reply_free. */
bool client_receive(struct client *c, struct varlink_reply *reply, struct trouble *t);

/* Send and receive, for a method with one reply. */
bool client_call(struct client *c, const char *method, json_t *parameters, struct varlink_reply *reply,
	struct trouble *t);

#endif
