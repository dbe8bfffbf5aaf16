/*
 * shellwords -- the words and operators of a shell's command line (POSIX.1-2017, Shell Command Language, 2.3), without
 * running anything: what a shell would replace ($X, ${X:-y}, $(command), `command`) becomes a hole of the word
 * (execline.h), as it was written.
 */
#ifndef BRIDLE_WIRE_SHELLWORDS_H
#define BRIDLE_WIRE_SHELLWORDS_H

#include "wire/execline.h"

enum shell_item {
	SHELL_END,
	SHELL_WORD,
	SHELL_OPERATOR, /* ; && || | & ( ) and a line feed, which reads ";" */
	SHELL_REDIRECT, /* "2>>": the word that follows is where to */
	SHELL_BAD,
};

/* Copy the next item of *FROM to TO, which has room for 2 * strlen(*FROM) + 3 bytes, and move *FROM behind it. A
 * comment is left out. SHELL_BAD with ERR when a quote or a bracket is not closed. */
enum shell_item shellwords_next(const char **from, char *to, struct err *err);

#endif
