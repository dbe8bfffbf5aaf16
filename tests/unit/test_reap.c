/* reap: who waits for whom. What follows from an end is none of its business, and only written down here. */
#include "unit.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/children.h"
#include "supervisor/around.h"
#include "supervisor/bridled.h"
#include "supervisor/heir.h"
#include "supervisor/reap.h"
#include "supervisor/rest.h"
#include "supervisor/resume.h"
#include "supervisor/service.h"
#include "supervisor/watcher_child.h"
#include "wire/page.h"

enum { LATER = 1 << 30 /* ms: past the end of this test */ };

/* Who was reported, in this order: 'm' a master, 'w' the watcher, 'o' somebody whom nobody knew. */
static char reported[8];

static void
report(char who)
{
	strncat(reported, (char[]){ who, '\0' }, 1);
}

/* ---- what reap calls ---- */

void
service_reaped(struct service *s, uint8_t slot, int status, msec now)
{
	(void)status;
	(void)now;
	s->home->masters[s->slot * LIFE_SLOTS + slot] = 0;
	report('m');
}

void
watcher_child_ended(struct bridled *b, int status, msec now)
{
	(void)status;
	(void)now;
	b->watcher.pid = 0;
	report('w');
}

bool
around_reaped_other(struct bridled *b, pid_t pid, int status, msec now)
{
	(void)b;
	(void)pid;
	(void)status;
	(void)now;
	report('o');
	return false;
}

ssize_t
rest_children(struct bridled *b, const pid_t **pids)
{
	static pid_t children[16];

	*pids = children;
	return children_again(b->children_fd, children, 16);
}

void
rest_look(struct bridled *b, msec now)
{
	(void)b;
	(void)now;
}

void
service_act(struct service *s, msec now)
{
	(void)s;
	(void)now;
}

bool
heir_takes_over(struct service *s, uint8_t slot, int status, msec now)
{
	(void)s;
	(void)slot;
	(void)status;
	(void)now;
	return false;
}

bool
trial_reaped(struct bridled *b, pid_t pid, int status, msec now)
{
	(void)b;
	(void)pid;
	(void)status;
	(void)now;
	return false;
}

bool
reexec_reaped(struct bridled *b, pid_t pid, int status)
{
	(void)b;
	(void)pid;
	(void)status;
	return false;
}

bool
errands_reaped(struct bridled *b, pid_t pid)
{
	(void)b;
	(void)pid;
	return false;
}

void
resume_remember(struct service *s, uint8_t slot, int status)
{
	(void)s;
	(void)slot;
	(void)status;
}

void
watcher_child_stopped(struct bridled *b)
{
	(void)b;
}

/* ---- a bridled with one service, its watcher, and whoever is forked beside ---- */

/* A child that has ended and waits to be reaped. */
static pid_t
make_zombie(void)
{
	pid_t pid = fork();
	siginfo_t ended;

	if (pid == 0)
		_exit(0);
	assert_true(pid > 0 && waitid(P_PID, (id_t)pid, &ended, WEXITED | WNOWAIT) == 0);
	return pid;
}

static bool
is_reaped(pid_t pid)
{
	return kill(pid, 0) != 0;
}

static void
begin(struct bridled *b, struct service *s)
{
	static struct service *services[1];
	static pid_t masters[LIFE_SLOTS];
	static struct page_header page = { .used = 1 };

	*s = (struct service){ .home = b };
	*b = (struct bridled){ .services = services, .masters = masters, .page = &page, .capacity = 1, .children = 2 };
	services[0] = s;
	b->children_fd = children_open(getpid());
	reported[0] = '\0';
	if (b->children_fd < 0)
		skip(); /* a kernel without lists of children (proc_tid_children(5)) gathers nobody */
}

/* While orphans end by the thousand they are left to lie for a while; a master and the watcher never are. */
static void
masters_come_before_orphans(void **state)
{
	struct bridled b;
	struct service s;
	pid_t orphan, master;

	(void)state;
	begin(&b, &s);
	orphan = make_zombie(); /* first in the kernel's list, and first for waitpid(-1) */
	b.masters[2] = master = make_zombie();
	b.watcher.pid = make_zombie();
	b.orphans = true;
	b.look_at_all = LATER;
	assert_true(reap(&b, 0));
	assert_string_equal(reported, "mw");
	assert_true(is_reaped(master) && !is_reaped(orphan));
	assert_int_equal(b.children, 0);
	/* and it is not left to lie for ever */
	assert_true(reap(&b, LATER));
	assert_string_equal(reported, "mwo");
	assert_true(is_reaped(orphan));
	close(b.children_fd);
}

/* Where nobody was an orphan so far, each is reaped at once, whoever it is. */
static void
nobody_waits_for_nothing(void **state)
{
	struct bridled b;
	struct service s;
	pid_t orphan;

	(void)state;
	begin(&b, &s);
	orphan = make_zombie();
	b.masters[0] = make_zombie();
	b.look_at_all = LATER;
	assert_true(reap(&b, 0));
	assert_true(is_reaped(orphan) && b.masters[0] == 0);
	assert_false(reap(&b, LATER));
	close(b.children_fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(masters_come_before_orphans),
		cmocka_unit_test(nobody_waits_for_nothing),
	};

	return cmocka_run_group_tests_name("reap", tests, NULL, NULL);
}
