/*
 * comment -- what looks like a comment behind a value. There are none (conf.h), but many other INI files have them.
 */
#ifndef BRIDLE_CONF_COMMENT_H
#define BRIDLE_CONF_COMMENT_H

#include "conf/conf.h"

/* Where VALUE, which was refused, may have a comment in it: a # or ; at its beginning or behind a blank. NULL when there is none, or
 * when KEY is for a command or for words of any kind, which may well hold them. */
const char *comment_in_refused(const struct conf_key *key, const char *value);

/* The same for a value that was taken: only where a blank follows, or nothing, and not in variables and formats. */
const char *comment_in_taken(const struct conf_key *key, const char *value);

#endif
