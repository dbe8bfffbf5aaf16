#include "judge/hearing.h"

#include "judge/witness.h"

void
hearing_init(struct hearing *h, hearing_sink *sink, void *context)
{
	h->sink = sink;
	h->context = context;
	story_init(&h->story);
	incident_lines_clear(&h->lines);
}

void
hearing_close(struct hearing *h, bool cold)
{
	struct incident incident;
	/* its evidence lies in the story: taken before story_next() begins another */
	const struct cause_evidence *evidence = story_close(&h->story, cold);

	incident_take(&incident, evidence, &h->lines, &h->story);
	h->sink(h->context, &incident);
	story_next(&h->story);
	incident_lines_clear(&h->lines);
}

void
hearing_judge(const struct hearing *h, struct incident *so_far)
{
	struct story copy = h->story; /* closing adds what follows from the facts */

	incident_take(so_far, story_close(&copy, false), &h->lines, &copy);
}

/* Before anything of EVENT is kept: it belongs to the story that it begins. */
static void
turn(struct hearing *h, const struct story_event *event)
{
	if (story_turns(&h->story, event))
		hearing_close(h, event->fact == FACT_STARTING && story_is_cold(&h->story, event));
}

void
hearing_told(struct hearing *h, const struct story_event *event)
{
	turn(h, event);
	story_tell(&h->story, event);
}

void
hearing_keep(struct hearing *h, const struct recognised *what)
{
	enum fact found[WITNESS_FACTS];
	unsigned n = witness_facts(what, found);

	for (unsigned i = 0; i < n; i++)
		if (found[i] != FACT_NONE)
			incident_lines_keep(&h->lines, found[i], what);
}

/* One line may tell several facts, and each of them may begin the next story: so each is weighed by itself, in their
 * order. */
void
hearing_line(struct hearing *h, const struct recognised *what)
{
	enum fact found[WITNESS_FACTS];
	unsigned n = witness_facts(what, found);
	struct story_event event = witness_event(what);

	for (unsigned i = 0; i < n; i++) {
		event.fact = found[i];
		if (event.fact == FACT_NONE)
			continue;
		turn(h, &event);
		incident_lines_keep(&h->lines, event.fact, what);
		story_tell(&h->story, &event);
	}
}
