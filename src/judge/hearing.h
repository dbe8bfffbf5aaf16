/*
 * hearing -- what a log says of one service, heard line by line, and judged whenever a story is over. For the command, which
 * reads a log of any age, and for the watcher, which reads while the service writes.
 */
#ifndef BRIDLE_JUDGE_HEARING_H
#define BRIDLE_JUDGE_HEARING_H

#include "judge/incident.h"

/* Called with each story when it is over, good as long as the call lasts. */
typedef void hearing_sink(void *context, const struct incident *incident);

struct hearing {
	hearing_sink *sink;
	void *context;
	struct story story;
	struct incident_lines lines;
};

void hearing_init(struct hearing *h, hearing_sink *sink, void *context);

/* A recognised line: it may end the story before it. */
void hearing_line(struct hearing *h, const struct recognised *what);

/* Judge the story so far, which is over. COLD: a master was started long after it. */
void hearing_close(struct hearing *h, bool cold);

#endif
