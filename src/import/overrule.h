/*
 * overrule -- which of several lines of a unit counts: of a list each, of another directive the last one that systemd does
 * not pass over.
 */
#ifndef BRIDLE_IMPORT_OVERRULE_H
#define BRIDLE_IMPORT_OVERRULE_H

#include "import/translate.h"
#include "import/unit.h"

/* A translation of LINE, which D is of, into the draft of UNIT. */
struct translation translation_of(struct import *im, const struct unit *unit, const struct unit_line *line,
	const struct directive *d);

/* The line of UNIT that takes the effect of LINE, which D is of, away; NULL when there is none. The last one of them, where
 * there are several. Nothing is settled. */
const struct unit_line *overruler(const struct import *im, const struct unit *unit, const struct unit_line *line,
	const struct directive *d);

#endif
