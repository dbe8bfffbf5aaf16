/*
 * bridled.c -- what belongs to no service: the end of each round of the loop, and the end of all.
 */
#include "supervisor/bridled.h"

#include "base/clock.h"
#include "base/log.h"
#include "supervisor/around.h"
#include "supervisor/ordering.h"
#include "supervisor/reread.h"
#include "supervisor/rest.h"
#include "supervisor/service.h"
#include "wire/page.h"

uint32_t
bridled_random(struct bridled *b)
{
	b->random ^= b->random << 13;
	b->random ^= b->random >> 17;
	return b->random ^= b->random << 5;
}

/* Whoever backs off, or listens, is asked to stop like the others: STOPPED is all that counts. */
static bool
all_stopped(const struct bridled *b)
{
	for (uint32_t i = 0; i < b->capacity; i++)
		if (b->services[i] != NULL && b->services[i]->life.state != LIFE_STOPPED)
			return false;
	return true;
}

/* Services that the configuration has no more are forgotten here, when no callback stands on them. True: there were some. */
static bool
sweep(struct bridled *b)
{
	bool some = false;

	for (uint32_t i = 0; i < b->capacity; i++) {
		struct service *s = b->services[i];

		if (s == NULL || !s->removed || s->life.state != LIFE_STOPPED)
			continue;
		log_info("%s: forgotten", s->name);
		service_free(s);
		watcher_link_show_page(b);
		some = true;
	}
	return some;
}

static void
before_wait(struct ev_loop *loop, ev_prepare *prepare, int events)
{
	struct bridled *b = prepare->data;

	(void)events;
	/* In this order: what has ended may give others their turn; both may move a service; what moved is told; then one that
	 * is stopped may be forgotten, and give its room to another. A re-exec comes when nothing is half done. */
	rest_look(b, clock_now());
	ordering_turns(b, clock_now());
	memory_catch_up(b);
	notices_tell(b);
	if (sweep(b) && b->crowded && !b->stopping) {
		reread_late(b, clock_now());
		notices_tell(b);
	}
	reexec_now(b);
	above_tell(b);
	if (b->stopping && all_stopped(b)) {
		watcher_child_release(b); /* it writes what it holds, and ends: the loop goes on until it has */
		if (b->watcher.pid == 0)
			ev_break(loop, EVBREAK_ALL);
	}
}

void
bridled_start_services(struct bridled *b, msec now)
{
	for (uint32_t i = 0; i < b->capacity; i++) {
		struct service *s = b->services[i];

		if (s != NULL && !s->restored && !b->stopping && (s->plan == NULL || s->plan->autostart))
			ordering_wish(s);
	}
	if (b->stopping) /* and became another program meanwhile: whose turn had not come is asked again */
		ordering_stop_all(b, now);
	else
		ordering_begin(b, now);
}

void
bridled_stop(struct bridled *b)
{
	struct page_header *header = b->page;
	msec now = clock_now();

	/* nothing that comes from now on may start anything (requests.c, signals.c) */
	b->stopping = true;
	/* in the page at once: who asks whether services are ready is answered by it (watcher/ready.c) */
	header->stopping = 1;
	b->stop_asked++;
	errands_end(b); /* none is worth waiting for */
	/* what an earlier run left is not waited for any more, and no service begins after it */
	if (b->clear_until != 0)
		ev_timer_stop(b->loop, &b->clear_timer);
	b->clear_until = 0;
	memory_bridled(b);
	ordering_stop_all(b, now);
	for (uint32_t i = 0; i < b->capacity; i++) {
		struct service *s = b->services[i];

		if (s == NULL)
			continue;
		around_end(s);
		if (b->stop_asked == 1)
			continue;
		if (!life_stop(&s->life, now)) /* else its turn had not come, and it was asked only now */
			life_hurry(&s->life, now);
		service_act(s, now);
	}
}

void
bridled_rounds(struct bridled *b)
{
	ev_prepare_init(&b->before_wait, before_wait);
	b->before_wait.data = b;
	ev_prepare_start(b->loop, &b->before_wait);
}
