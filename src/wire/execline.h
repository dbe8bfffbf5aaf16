/*
 * execline -- the words of a systemd command line or list, as extract_first_word() of systemd takes them
 * (systemd.service(5), COMMAND LINES; systemd.syntax(7), QUOTING).
 *
 * Quotes of both kinds may stand anywhere in a word, although the manual lets them surround a whole one only; a backslash
 * escapes as in C, within quotes too. Specifiers and variables are not looked at: systemd replaces them afterwards,
 * whatever quotes were around them.
 *
 * A hole is what nobody knows here: a variable, or the placeholder of a template. HOLE_OPEN and HOLE_CLOSE stand
 * around it in a word, and what is between them belongs to the word, blanks and quotes too.
 */
#ifndef BRIDLE_WIRE_EXECLINE_H
#define BRIDLE_WIRE_EXECLINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

#define HOLE_OPEN '\001'
#define HOLE_CLOSE '\002'

enum word_step { WORD_END, WORD_TAKEN, WORD_BAD };

/* Copy the next word of *FROM to TO, which has room for strlen(*FROM) + 1 bytes, and move *FROM behind it. WORD_BAD
 * with ERR when a quote is not closed or a backslash is the end. */
enum word_step execline_next(const char **from, char *to, struct err *err);

/* Move *LINE, an Exec line, behind its prefixes, and note them in PREFIXES, a string of "@-:+!|" (room for 8). */
void execline_prefixes(const char **line, char *prefixes);

#endif
