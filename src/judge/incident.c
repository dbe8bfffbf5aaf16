#include "judge/incident.h"

#include <string.h>

void
incident_lines_clear(struct incident_lines *l)
{
	l->count = 0;
	l->traceback.blocks = 0;
	l->own = NULL;
}

static const struct incident_line *
line_of(const struct incident_lines *l, enum fact fact)
{
	for (unsigned i = 0; i < l->count; i++)
		if (l->at[i].fact == fact)
			return &l->at[i].line;
	return NULL;
}

/* Of the context there is much, and it proves little: it gives way to any other fact, and takes nobody's place. */
static struct incident_kept *
room_for(struct incident_lines *l, enum fact fact)
{
	if (l->count < INCIDENT_KEPT)
		return &l->at[l->count++];
	for (unsigned i = 0; facts[fact].weight != WEIGHT_CONTEXT && i < l->count; i++)
		if (facts[l->at[i].fact].weight == WEIGHT_CONTEXT)
			return &l->at[i];
	return NULL;
}

void
incident_lines_keep(struct incident_lines *l, enum fact fact, const struct recognised *what)
{
	size_t n = what->length < INCIDENT_TEXT ? what->length : INCIDENT_TEXT - 1;
	struct incident_kept *to;

	/* the first: those that follow it are mostly what it has led to */
	if (what->kind == RECOGNISED_TRACEBACK && l->traceback.blocks == 0 && what->traceback->blocks > 0)
		l->traceback = *what->traceback;
	if (what->kind == RECOGNISED_OWN && l->own == NULL)
		l->own = what->own->name;
	/* the first line of a fact: what is said again is said because of it */
	if (line_of(l, fact) != NULL || (to = room_for(l, fact)) == NULL)
		return;
	to->fact = fact;
	to->line.line = what->line;
	memcpy(to->line.text, what->text, n);
	to->line.text[n] = '\0';
}

/* The same line may carry two facts. */
static bool
has_line(const struct incident *i, uint64_t line)
{
	for (unsigned k = 0; k < INCIDENT_LINES; k++)
		if (i->lines[k].line == line)
			return true;
	return false;
}

/* Facts that follow from others have no line; what they follow from has. */
static const enum fact witnesses[] = {
	FACT_TIMEOUT,
	FACT_KILLED,
	FACT_CRASHED,
	FACT_EXITED,
	FACT_REASON_BOOT,
	FACT_EXITED_3,
	FACT_EXITING,
	FACT_BOOTING,
	FACT_SHUTTING_DOWN,
};

static void
take_lines(struct incident *i, const struct incident_lines *lines)
{
	unsigned n = 0;

	/* as many lines as facts: there is room for all */
	for (unsigned k = 0; k < CAUSE_FACTS; k++) {
		const struct incident_line *line = line_of(lines, i->verdict.facts[k]);

		if (line != NULL && !has_line(i, line->line))
			i->lines[n++] = *line;
	}
	/* where the verdict rests on what is not there (nobody said goodbye), a line or two of what was there */
	for (unsigned k = 0; k < sizeof witnesses / sizeof witnesses[0] && n < 2; k++) {
		const struct incident_line *line = line_of(lines, witnesses[k]);

		if (line != NULL && !has_line(i, line->line))
			i->lines[n++] = *line;
	}
}

/* Context is no happening: how far the application had come, say, holds for the other deaths of the story as well. */
static bool
is_circumstance(enum fact fact)
{
	return facts[fact].weight == WEIGHT_CONTEXT;
}

/* What V was proven by is not to prove anything else; where there was nothing but circumstances, they go. */
static void
take_away(struct cause_evidence *rest, const struct cause_verdict *v)
{
	bool happened = false;

	for (unsigned k = 0; k < CAUSE_FACTS; k++)
		happened = happened || !is_circumstance(v->facts[k]);
	for (unsigned k = 0; k < CAUSE_FACTS; k++)
		if (!happened || !is_circumstance(v->facts[k]))
			rest->count[v->facts[k]] = 0;
}

/* Not what was said already, by whichever proof. That nobody says why a worker failed to boot is no news beside what says it, unless that
 * is a line of the user's own, which may be about anything. */
static bool
is_news(const struct incident *i, unsigned n, enum cause cause)
{
	if (cause == i->verdict.cause || (cause == CAUSE_BOOT_UNEXPLAINED && i->verdict.cause != CAUSE_OWN))
		return false;
	for (unsigned k = 0; k < n; k++)
		if (i->also[k] == cause)
			return false;
	return true;
}

/* What else is proven when the facts that prove the first cause are taken away. */
static void
take_also(struct incident *i, const struct cause_evidence *e)
{
	struct cause_evidence rest = *e;
	struct cause_verdict v = i->verdict;
	unsigned n = 0;

	/* each takes at least one fact away; what is not found by then was hardly proven */
	for (unsigned tries = 0; tries < 8 && n < INCIDENT_ALSO; tries++) {
		take_away(&rest, &v);
		v = cause_judge(&rest);
		if (v.cause == CAUSE_UNKNOWN || v.cause == CAUSE_HEALTHY)
			return;
		if (v.confidence >= CAUSE_CONFIDENT && is_news(i, n, v.cause))
			i->also[n++] = v.cause;
	}
}

const char *
incident_name(const struct incident *i)
{
	return i->own != NULL ? i->own : causes[i->verdict.cause].name;
}

void
incident_take(struct incident *i, const struct cause_evidence *e, const struct incident_lines *lines,
	const struct story *s)
{
	memset(i, 0, sizeof *i);
	i->verdict = cause_judge(e);
	i->times = 1;
	i->first_line = s->first_line;
	i->last_line = s->last_line;
	i->traceback = lines->traceback;
	/* else it was only said beside something that explains more */
	i->own = i->verdict.cause == CAUSE_OWN ? lines->own : NULL;
	take_lines(i, lines);
	take_also(i, e);
}
