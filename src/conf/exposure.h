/*
 * exposure -- what a service is still allowed, by the list of exposure.def, and a score of it: what `bridle check --security`
 * shows.
 */
#ifndef BRIDLE_CONF_EXPOSURE_H
#define BRIDLE_CONF_EXPOSURE_H

#include "conf/conf.h"

enum { EXPOSURE_MOST = 100 /* the score of a service that is allowed everything: 10.0 */ };

struct exposure {
	unsigned weight;
	bool exposed;
	const char *words, *line;
};

/* How many there are to look at. */
unsigned exposure_count(void);

/* Whether entry I (below exposure_count()) of the list is so of S. */
struct exposure exposure_look(const struct conf_service *s, unsigned i);

/* All of them as tenths, from 0 (nothing) to EXPOSURE_MOST. */
unsigned exposure_score(const struct conf_service *s);

#endif
