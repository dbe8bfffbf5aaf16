/* demand: arrivals at the listeners of services that come and go in one slot. */
#include "unit.h"
#include "visitor.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "os/listener.h"
#include "supervisor/bridled.h"
#include "supervisor/service.h"

enum { SLOT = 1, SLOTS = 2 };

/* As much of bridled as counting takes. */
struct home {
	struct bridled b;
	struct service *services[SLOTS];
	struct plan plan;
};

static struct home *
home_new(void)
{
	struct home *h = calloc(1, sizeof *h);

	assert_non_null(h);
	h->b.loop = ev_loop_new(EVFLAG_AUTO);
	h->b.arrivals.event_fd = -1;
	h->b.page = calloc(1, page_size(SLOTS));
	assert_true(h->b.loop != NULL && h->b.page != NULL);
	page_init(h->b.page, SLOTS);
	h->b.services = h->services;
	h->b.capacity = SLOTS;
	h->plan.rests = true;
	return h;
}

static void
home_free(struct home *h)
{
	ev_io_stop(h->b.loop, &h->b.arrivals_io);
	close(h->b.arrivals.event_fd);
	ev_loop_destroy(h->b.loop);
	free(h->b.page);
	free(h);
}

/* A service that runs on LISTENER, and is counted. */
static struct service *
service_begin(struct home *h, uint32_t incarnation, int listener)
{
	struct service *s = calloc(1, sizeof *s);

	assert_non_null(s);
	*s = (struct service){ .home = &h->b, .slot = SLOT, .incarnation = incarnation, .plan = &h->plan };
	s->life.limits.held = true;
	s->life.state = LIFE_RUNNING;
	s->held.at = calloc(1, sizeof *s->held.at);
	assert_non_null(s->held.at);
	s->held.at->fd = listener;
	s->held.count = 1;
	demand_plan(s);
	assert_true(s->demand != NULL && demand_count(s));
	h->services[SLOT] = s;
	return s;
}

static void
service_end(struct home *h, struct service *s)
{
	demand_free(s);
	h->services[SLOT] = NULL;
	free(s->held.at);
	free(s);
}

/* What has been told is heard. */
static void
hear(struct home *h)
{
	struct pollfd told = { .fd = h->b.arrivals.event_fd, .events = POLLIN };

	assert_int_equal(poll(&told, 1, 30000), 1);
	ev_run(h->b.loop, EVRUN_ONCE);
}

static void
who_comes_is_counted(void **state)
{
	int listener = listener_open_tcp("127.0.0.1", 0, 16, NULL);
	struct home *h = home_new();
	struct service *s = service_begin(h, 7, listener);

	(void)state;
	assert_true(demand_is_quiet(s, 0));
	close(visitor_come(listener));
	hear(h);
	assert_int_equal(s->demand->arrivals, 1);
	service_end(h, s);
	home_free(h);
	close(listener);
}

/* It is forgotten before it is heard that somebody came, or that nobody did: that is nothing to whoever has its slot next. */
static void
what_is_told_late_is_nobodys(void **state)
{
	int first = listener_open_tcp("127.0.0.1", 0, 16, NULL), second = listener_open_tcp("127.0.0.1", 0, 16, NULL);

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct home *h = home_new();
		struct service *s = service_begin(h, 7, first);

		if (i > 0)
			close(visitor_come(first));
		service_end(h, s);
		s = service_begin(h, 8, second);
		hear(h);
		assert_int_equal(s->demand->arrivals, 0);
		assert_true(demand_is_quiet(s, 0)); /* it is awaited there still */
		service_end(h, s);
		home_free(h);
	}
	close(first);
	close(second);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_comes_is_counted),
		cmocka_unit_test(what_is_told_late_is_nobodys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
