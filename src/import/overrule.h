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

/* The line of UNIT that takes the effect of LINE, whose directive is in the list, away; NULL when there is none. The last
 * one of them, where there are several. Nothing is settled. */
const struct unit_line *overruler(const struct import *im, const struct unit *unit, const struct unit_line *line);

/* Whether systemd passes over D where nothing stands behind its =, and what stood before stays: a boolean (its config_parse_bool()),
 * or one of several words (DEFINE_CONFIG_PARSE_ENUM). Of others, it takes that away. */
bool is_kept_by_empty(const struct directive *d);

/* What UNIT has in effect of the directive NAME of SECTION, which is no list, as it was written; "" when it says nothing of
 * it that systemd would take. */
const char *value_in_effect(const struct import *im, const struct unit *unit, const char *section, const char *name);

#endif
