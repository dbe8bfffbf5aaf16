/*
 * diff -- what changed between two configurations, by service and key.
 */
#ifndef BRIDLE_CONF_DIFF_H
#define BRIDLE_CONF_DIFF_H

#include "conf/conf.h"

enum conf_change { CONF_SAME, CONF_ADDED, CONF_REMOVED, CONF_CHANGED_LIVE, CONF_CHANGED_REPLACE };

/* How service NAME differs; environment files are compared by what they held when each was read. */
enum conf_change conf_diff_service(const struct conf *before, const struct conf *after, const char *name);

/* What a generation of the service SECTION is started with, in a number, never 0: two that conf_diff_service tells apart as
 * CONF_CHANGED_REPLACE have different ones (but for one in 4 * 10^9), others the same. Settings that are as they are by
 * default add nothing, and their order is of no account, so that the next program, whose list may be longer, comes to the
 * same number. */
uint32_t conf_fingerprint(const struct conf_section *section);

/* Each difference as a line for people, by WORD(context, line): "web: workers 2 -> 4", "new: api", "gone: old",
 * "[bridle] run_dir changed: takes effect when bridled is started anew". Values of environment and of keys that
 * look secret (password, secret, token, key in a name) are shown as "changed". */
void conf_diff(const struct conf *before, const struct conf *after, void (*word)(void *context, const char *line),
	void *context);

#endif
