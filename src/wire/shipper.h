/*
 * shipper -- what others put in front of a line: docker compose, Kubernetes, syslog, hosting platforms, nginx. Pure.
 */
#ifndef BRIDLE_WIRE_SHIPPER_H
#define BRIDLE_WIRE_SHIPPER_H

#include "wire/logform.h"

/* Peel one such layer off the message of F, which is not empty. False, with F as it was, when none is there. */
bool shipper_peel(struct logform *f);

#endif
