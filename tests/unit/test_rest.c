/* rest: which orphans are whose. Processes are rows of a table here, so that who is looked at, and how, can be seen. */
#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "os/cgroup.h"
#include "os/tree.h"
#include "supervisor/adopt.h"
#include "supervisor/around.h"
#include "supervisor/bridled.h"
#include "supervisor/rest.h"
#include "supervisor/service.h"
#include "wire/page.h"

enum { MASTER = 100, OTHER = 200, GENERATION = 7 };

/* A child of ours that is no master. */
struct row {
	pid_t pid, session;
	const char *service; /* of its marker; NULL: it has none */
	int error;           /* instead, why its marker could not be read */
	unsigned asked;      /* how often it was */
	int signal;          /* the last that it got */
};

static struct row *rows;
static size_t row_count;
static unsigned gone; /* times that a generation was said to have nobody left */

static struct row *
row_of(pid_t pid)
{
	for (size_t i = 0; i < row_count; i++)
		if (rows[i].pid == pid)
			return &rows[i];
	return NULL;
}

/* ---- what rest calls ---- */

ssize_t
tree_children_in(int list, pid_t *pids, size_t max)
{
	(void)list;
	(void)max;
	pids[0] = OTHER;
	for (size_t i = 0; i < row_count; i++)
		pids[i + 1] = rows[i].pid;
	return (ssize_t)row_count + 1;
}

bool
tree_look(pid_t pid, struct tree_process *out)
{
	const struct row *row = row_of(pid);

	*out = (struct tree_process){ .pid = pid, .session = row != NULL ? row->session : pid };
	return row != NULL;
}

bool
tree_marker(pid_t pid, struct tree_marker *out)
{
	struct row *row = row_of(pid);

	assert_non_null(row);
	row->asked++;
	*out = (struct tree_marker){ .generation = GENERATION };
	strcpy(out->run_dir, "/run/bridle");
	if (row->service != NULL)
		strcpy(out->service, row->service);
	errno = row->error;
	return row->service != NULL;
}

void
tree_walk(const pid_t *pids, size_t n, void (*visit)(void *context, const struct tree_process *process), void *context)
{
	for (size_t i = 0; i < n; i++) {
		struct tree_process p;

		tree_look(pids[i], &p);
		visit(context, &p);
	}
}

bool
tree_signal(pid_t pid, uint64_t start, int signal)
{
	(void)start;
	row_of(pid)->signal = signal;
	return true;
}

void
service_gone(struct service *s, uint8_t slot, msec now)
{
	(void)now;
	s->life.slots[slot].state = GENERATION_FREE;
	gone++;
}

void
service_act(struct service *s, msec now)
{
	(void)s;
	(void)now;
}

uint32_t
service_made(const struct service *s, uint8_t slot)
{
	return s->life.slots[slot].number;
}

pid_t *
service_pid_at(const struct service *s, uint8_t slot)
{
	return &s->home->masters[s->slot * LIFE_SLOTS + slot];
}

bool
cgroup_populated(int cgroup)
{
	(void)cgroup;
	return false;
}

bool
cgroup_kill(int cgroup)
{
	(void)cgroup;
	return false;
}

void
cgroup_signal(int cgroup, int signal)
{
	(void)cgroup;
	(void)signal;
}

bool
trial_is(const struct bridled *b, pid_t pid)
{
	(void)b;
	(void)pid;
	return false;
}

bool
errands_has(const struct bridled *b, pid_t pid)
{
	(void)b;
	(void)pid;
	return false;
}

bool
around_is_clearing(const struct service *s, uint8_t slot)
{
	(void)s;
	(void)slot;
	return false;
}

void
around_cleared(struct service *s, uint8_t slot, msec now)
{
	(void)s;
	(void)slot;
	(void)now;
}

bool
adopt_rest(struct service *s, uint8_t slot, int signal, bool *unsure)
{
	(void)s;
	(void)slot;
	(void)signal;
	return *unsure = false;
}

void
adopt_look_again(struct service *s)
{
	(void)s;
}

/* ---- a service whose master has ended, and another that lives ---- */

/* Look once at WHO, of whom each orphan is to get SIGNAL (0: none). True: somebody is left, or may be. */
static bool
look(struct row *who, size_t count, int signal)
{
	static struct service *services[2], web, other;
	static pid_t masters[2 * LIFE_SLOTS];
	static struct page_header page = { .used = 2 };
	struct bridled b = { .services = services,
		.masters = masters,
		.page = &page,
		.capacity = 2,
		.children = 1,
		.run_dir = (char[]){ "/run/bridle" },
		.look = true,
		.loop = ev_loop_new(EVFLAG_AUTO) };

	rows = who;
	row_count = count;
	gone = 0;
	web = (struct service){ .home = &b, .slot = 0, .name = "web", .leader = { MASTER }, .cgroup = { -1, -1, -1, -1 } };
	web.life.slots[0] = (struct generation){ .state = GENERATION_ENDING, .number = GENERATION };
	web.for_rest[0] = (uint8_t)signal;
	other = (struct service){ .home = &b, .slot = 1, .name = "other", .leader = { OTHER }, .cgroup = { -1, -1, -1, -1 } };
	masters[LIFE_SLOTS] = OTHER;
	services[0] = &web;
	services[1] = &other;
	rest_look(&b, 0);
	ev_loop_destroy(b.loop);
	return gone == 0;
}

static void
who_is_one_of_it_and_who_is_not(void **state)
{
	static const struct {
		const char *what;
		struct row row;
		bool left;
		unsigned asked;
	} cases[] = {
		{ "in its session", { .pid = 1000, .session = MASTER }, true, 0 },
		{ "in a session of its own, with the marker", { .pid = 1000, .session = 1000, .service = "web" }, true, 1 },
		{ "with the marker of another", { .pid = 1000, .session = 1000, .service = "other" }, false, 1 },
		{ "without a marker", { .pid = 1000, .session = 1000 }, false, 1 },
		{ "that is just being executed", { .pid = 1000, .session = 1000, .error = EAGAIN }, true, 1 },
		{ "that cannot be looked at", { .pid = 1000, .session = 1000, .error = EMFILE }, true, 1 },
		{ "in the session of another master", { .pid = 1000, .session = OTHER, .service = "other" }, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct row row = cases[i].row;

		if (look(&row, 1, 0) != cases[i].left || row.asked != cases[i].asked)
			fail_msg("one %s: %s left, asked %u times", cases[i].what, gone == 0 ? "somebody is" : "nobody is", row.asked);
	}
}

/* A signal goes to those who are meant, and to nobody else. */
static void
signals_find_their_way(void **state)
{
	struct row who[] = {
		{ .pid = 1001, .session = OTHER, .service = "other" },
		{ .pid = 1002, .session = MASTER },
		{ .pid = 1003, .session = 1003, .service = "web" },
		{ .pid = 1004, .session = 1004, .service = "other" },
		{ .pid = 1005, .session = OTHER },
	};
	static const int expected[] = { 0, 15, 15, 0, 0 };

	(void)state;
	assert_true(look(who, 5, 15));
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(who[i].signal, expected[i]);
	assert_int_equal(who[0].asked + who[4].asked, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_is_one_of_it_and_who_is_not),
		cmocka_unit_test(signals_find_their_way),
	};

	return cmocka_run_group_tests_name("rest", tests, NULL, NULL);
}
