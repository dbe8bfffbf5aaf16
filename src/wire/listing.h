/*
 * listing -- what tools that list lines put in front of them: grep, cat -n, nl, editors, and `gh run view --log`. Pure.
 */
#ifndef BRIDLE_WIRE_LISTING_H
#define BRIDLE_WIRE_LISTING_H

#include "wire/logform.h"

/* Peel a line's number, the name of its file, or both, or the columns of a build's log, off the message of F, which is not
 * empty and of which nothing was peeled so far. False, with F as it was, when none is there. */
bool listing_peel(struct logform *f);

#endif
