/*
 * heading -- what stands between the brackets above a section: which kind it is, and what its service is called.
 */
#ifndef BRIDLE_CONF_HEADING_H
#define BRIDLE_CONF_HEADING_H

#include "conf/build.h"

/* Read WORDS, which stand at PLACE, into B's kind and name of the section. A name that will not do is complained of and "";
 * so is a heading that nobody knows, and then B is in no section, or in one of the kind that was probably meant. */
void heading_read(struct build *b, struct build_place place, const char *words);

/* Is NAME that of a file of Bridle's own, so that no service can have a directory of that name? */
bool heading_is_taken(const char *name);

#endif
