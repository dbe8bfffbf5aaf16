/*
 * hearing -- what is told of one service, by the lines of its log and by those who saw something, and judged whenever a
 * story is over. For the command, which reads a log of any age, and for the watcher, which reads while the service writes.
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

/* Nothing was told yet. SINK is called with CONTEXT, within the calls below. */
void hearing_init(struct hearing *h, hearing_sink *sink, void *context);

/* A recognised line. Like whatever is told, it may end the story before it. */
void hearing_line(struct hearing *h, const struct recognised *what);

/* A line that tells nothing new: it is only kept for what it may carry. */
void hearing_keep(struct hearing *h, const struct recognised *what);

/* Something was seen. */
void hearing_told(struct hearing *h, const struct story_event *event);

/* What the story proves so far. It goes on. */
void hearing_judge(const struct hearing *h, struct incident *so_far);

/* Judge the story so far, which is over. COLD: a master was started long after it. */
void hearing_close(struct hearing *h, bool cold);

#endif
