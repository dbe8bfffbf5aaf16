/*
 * hole -- what a source leaves open: variables, and the placeholders of templates that nobody filled in.
 *
 * A hole stands between HOLE_OPEN and HOLE_CLOSE (wire/execline.h). Some can be filled here; the others get a
 * stand-in that says what belongs there, so that the rest of the value is not lost with them.
 */
#ifndef BRIDLE_IMPORT_HOLE_H
#define BRIDLE_IMPORT_HOLE_H

#include <stdbool.h>

#include "conf/wordlist.h"

/* Where $X is, or is not, a hole: in a here-document it is somebody's to replace. Of a variable's value it may be part of a
 * secret, p$ss or a@b@c, which nobody replaces: there only names in capitals are believed, and ${x}. */
enum hole_variables { HOLE_NO_VARIABLES, HOLE_VARIABLES, HOLE_CAPITALS };

/* VALUE with what must be filled in by some tool made holes: {{ x }}, {% x %}, <%= x %>, <x>, __X__, @X@, {X}, and $X and
 * ${X} as VARIABLES says. */
const char *hole_mark(struct arena *arena, const char *value, enum hole_variables variables);

/* TEXT with those variables filled that VARIABLES (NAME=value each) has or that bring a default: $X, ${X}, ${X:-y}, ${X:=y}.
 * Where a default was taken and NOTE is not NULL, *NOTE says so. */
const char *hole_fill(struct arena *arena, const char *text, const struct wordlist *variables, const char **note);

/* Whether TEXT, as hole_mark made it, has any. */
bool hole_is_in(const char *text);

/* WORD without the statements of templates ({% if x %}) that stand at its ends; they go to *TAKEN, which is NULL where there
 * are none: what they will make of the words between them is not known. */
const char *hole_without_statements(struct arena *arena, const char *word, const char **taken);

/* Whether TEXT has a statement of a template within. */
bool hole_has_statement(const char *text);

/* Why what stands in a statement is not carried over. */
extern const char hole_of_template[];

/* TEXT with every hole as it was written: {{ x }}. */
const char *hole_show(struct arena *arena, const char *text);

/* TEXT with FILL_IN_x in the place of every hole: letters, digits and _ only. */
const char *hole_stand_in(struct arena *arena, const char *text);

/* The holes of TEXT as written, for messages: "{{ x }}, $Y". */
const char *hole_list(struct arena *arena, const char *text);

#endif
