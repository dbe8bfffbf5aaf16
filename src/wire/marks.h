/*
 * marks -- what terminals draw and people put around a line that they copy: a frame, a prompt, a quotation. Pure.
 */
#ifndef BRIDLE_WIRE_MARKS_H
#define BRIDLE_WIRE_MARKS_H

#include "wire/logform.h"

/* Are the three bytes AT a vertical line of a frame, in UTF-8? */
bool marks_are_frame(const char *at);

/* Peel a mark off the beginning of the message of F, which is not empty and begins with a byte that marks begin with (see
 * shipper_peel). False, with F as it was, when it is none. */
bool marks_peel(struct logform *f);

/* Take off the end of the message of F what is no part of what was said: blanks, a comma, the end of a quotation or a frame,
 * and the logger that structlog names. */
void marks_trim(struct logform *f);

#endif
