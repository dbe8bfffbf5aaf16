/*
 * takeover.c -- listeners of a Gunicorn that is nobody's child of ours, copied while it serves. From then on both have
 * them, and connections go to whoever accepts first, until somebody ends the old one.
 */
#include "supervisor/takeover.h"

#include <unistd.h>

#include "base/log.h"
#include "os/above.h"
#include "os/borrow.h"
#include "os/listener.h"
#include "supervisor/bridled.h"
#include "supervisor/service.h"

enum { LISTENERS = 64 /* of the other process */ };

/* Nothing of it runs. Of one that waits to be started, what it holds itself is refused piece by piece (held_take). */
static bool
is_at_rest(const struct service *s)
{
	return s->life.state == LIFE_STOPPED || s->life.state == LIFE_FAILED || s->life.state == LIFE_WAITING;
}

static bool
may_ask(pid_t pid, uid_t uid, struct err *err)
{
	uid_t owner;

	if (!borrow_owner(pid, &owner))
		return err_set(err, 0, "there is no process %d", (int)pid);
	/* members of control_group change services, not the processes of other people */
	if (uid != 0 && uid != geteuid() && uid != owner)
		return err_set(err, 0, "process %d is not yours: only root and its owner may have its listeners taken",
			(int)pid);
	return true;
}

/* The one of the N FDS that listens at BIND; -1. It is not in FDS any more then. */
static int
pick(int *fds, int n, const struct plan_bind *bind)
{
	for (int i = 0; i < n; i++) {
		int fd = fds[i];

		if (fd < 0 ||
			!(bind->is_unix ? above_is_unix(fd, bind->address) :
					  above_is_tcp(fd, bind->address, bind->port)))
			continue;
		fds[i] = -1; /* not for a second address, nor to be closed as left over */
		return fd;
	}
	return -1;
}

static bool
take_one(struct service *s, const struct plan_bind *bind, int *fds, int n, struct err *err)
{
	int fd = pick(fds, n, bind);

	if (fd < 0)
		return err_set(err, 0, "that process does not listen at '%s'", bind->text);
	if (held_take(&s->held, bind, fd, err))
		return true;
	close(fd);
	return false;
}

/* Of addresses; with NAMED, of names that are not looked up yet, which take whatever has their port. */
static bool
take_some(struct service *s, bool named, int *fds, int n, struct err *err)
{
	for (uint32_t i = 0; i < s->plan->bind_count; i++) {
		const struct plan_bind *bind = &s->plan->binds[i];

		if (named == (bind->address == NULL) && !take_one(s, bind, fds, n, err))
			return false;
	}
	return true;
}

/* Addresses first: a name before them would take what only they can have. What listens nowhere where the service would is closed
 * again; nothing but listeners of its addresses is kept. */
static bool
share(struct service *s, int *fds, int n, struct err *err)
{
	bool all = take_some(s, false, fds, n, err) && take_some(s, true, fds, n, err);

	for (int i = 0; i < n; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	return all;
}

/* Whether one of the N FDS is the socket that H is. */
static bool
is_among(const struct held_listener *h, const int *fds, int n)
{
	for (int i = 0; i < n; i++)
		if (h->fd >= 0 && listener_inode(h->fd) == listener_inode(fds[i]))
			return true;
	return false;
}

/* How many listeners S, which runs, has of process PID already: all that it should, or 0 with ERR. */
static unsigned
count_shared(const struct service *s, pid_t pid, struct err *err)
{
	bool is_half_done = held_any_given(&s->held) && pid != service_master(s);
	int fds[LISTENERS], n = is_half_done ? borrow_listeners(pid, fds, LISTENERS, err) : 0;
	unsigned shared = 0;

	for (uint32_t i = 0; n > 0 && i < s->held.count; i++)
		shared += s->held.at[i].given && is_among(&s->held.at[i], fds, n);
	for (int i = 0; i < n; i++)
		close(fds[i]);
	if (shared > 0 && shared == s->plan->bind_count)
		return shared;
	err_set(err, 0, "it runs already");
	return 0;
}

unsigned
takeover_take(struct service *s, pid_t pid, uid_t uid, struct err *err)
{
	int fds[LISTENERS], n;

	if (s->plan == NULL || s->plan->bind_count == 0) {
		err_set(err, 0, "it has no bind: there is nothing to take");
		return 0;
	}
	if (!may_ask(pid, uid, err))
		return 0;
	if (!is_at_rest(s))
		return count_shared(s, pid, err);
	if ((n = borrow_listeners(pid, fds, LISTENERS, err)) < 0)
		return 0;
	/* all or none: half of its addresses would be served by two */
	if (!share(s, fds, n, err)) {
		held_let_go(&s->held);
		return 0;
	}
	log_info("%s: serves on %u listener%s of process %d", s->name, s->plan->bind_count,
		s->plan->bind_count == 1 ? "" : "s", (int)pid);
	return s->plan->bind_count;
}

/* They stay open: no more than `given` changes, so that a stop closes them, and their files go with them. */
void
takeover_keep(struct service *s)
{
	for (uint32_t i = 0; i < s->held.count; i++)
		s->held.at[i].given = false;
}

/* The copies are closed, their files stay: the other one serves on as before. */
bool
takeover_undo(struct service *s)
{
	if (!is_at_rest(s))
		return false;
	held_let_go(&s->held);
	return true;
}
