/*
 * shipper -- what others put in front of a line: docker compose, Kubernetes, syslog, hosting platforms, nginx, and
 * terminals and threads that it was copied from. Pure.
 */
#ifndef BRIDLE_WIRE_SHIPPER_H
#define BRIDLE_WIRE_SHIPPER_H

#include "wire/logform.h"

/* Peel one such layer off the message of F, which is not empty. False, with F as it was, when none is there. */
bool shipper_peel(struct logform *f);

/* Take blanks off the end of the message of F, and what people and terminals put there: the end of a colour, of a frame, of
 * a quotation. */
void shipper_trim(struct logform *f);

#endif
