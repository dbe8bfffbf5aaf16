/*
 * incident -- one story, judged: what was wrong, how sure that is, and the lines that carry it.
 */
#ifndef BRIDLE_JUDGE_INCIDENT_H
#define BRIDLE_JUDGE_INCIDENT_H

#include "core/story.h"
#include "wire/recognise.h"

enum { INCIDENT_TEXT = 400, INCIDENT_LINES = 4, INCIDENT_ALSO = 3, INCIDENT_KEPT = 24 };

struct incident_line {
	uint64_t line; /* 0: none */
	char text[INCIDENT_TEXT];
};

/* The first line of each fact of the story that is being told, as far as there is room: of the context only where nothing
 * else wants it. */
struct incident_lines {
	unsigned count;
	struct incident_kept {
		enum fact fact;
		struct incident_line line;
	} at[INCIDENT_KEPT];
	struct traceback traceback; /* the first one with an exception; `blocks` 0: none */
	const char *own;            /* name of the user's first signature among them; NULL: none */
};

struct incident {
	struct cause_verdict verdict;
	enum cause also[INCIDENT_ALSO]; /* what else the facts prove; CAUSE_UNKNOWN after the last */
	const char *own;                /* CAUSE_OWN: the user's name for it; lives as long as his signatures */
	unsigned times;                 /* 0: there is no incident */
	uint64_t first_line, last_line;
	struct incident_line lines[INCIDENT_LINES];
	struct traceback traceback;
};

/* None are kept: a story begins. */
void incident_lines_clear(struct incident_lines *l);

/* WHAT tells FACT: keep it, if it is the first that does and there is room. Its text is copied, and cut at INCIDENT_TEXT. */
void incident_lines_keep(struct incident_lines *l, enum fact fact, const struct recognised *what);

/* Its name: that of the catalogue, or the user's. */
const char *incident_name(const struct incident *i);

/* Judge E, with the LINES and the place of story S. */
void incident_take(struct incident *i, const struct cause_evidence *e, const struct incident_lines *lines,
	const struct story *s);

#endif
