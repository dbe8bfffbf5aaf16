/*
 * ending -- how a process ended, in words: "was killed by SIGSEGV (core dumped)", "exited with status 3". Pure; the
 * wait status is Linux's (wait(2)), as it travels over the link and in the page.
 */
#ifndef BRIDLE_WIRE_ENDING_H
#define BRIDLE_WIRE_ENDING_H

#include <stdbool.h>

#include "base/text.h"

/* No wait status: the process was no child of ours, and nobody tells how it ended. It is not clean. */
enum { ENDING_UNKNOWN = 0xffff };

/* Append the words for wait status STATUS (or ENDING_UNKNOWN). Returns !cut, as do the next two. */
bool ending_add(struct text *t, int status);

/* The same of a start of which there is no process: it failed, or (ENDING_UNKNOWN) nobody knows what became of it. */
bool ending_add_start(struct text *t, int status);

/* "SIGKILL"; "signal 64" when it has no name. */
bool ending_add_signal(struct text *t, int signal);

/* Did it exit by itself, with status 0? */
bool ending_is_clean(int status);

#endif
