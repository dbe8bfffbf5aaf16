/*
 * glimpse.c -- the stack is opened here and read there: the kernel asks whoever opened it for CAP_SYS_ADMIN, which the watcher gives
 * away, for it reads what services write; and we read nothing that a service has a hand in. A watcher that was talked over learns
 * names of kernel functions by this, of processes that it may trace anyway, and no addresses (the kernel prints none there).
 */
#include "supervisor/glimpse.h"

#include <unistd.h>

#include "os/stall.h"
#include "supervisor/bridled.h"
#include "supervisor/service.h"

bool
glimpse_worker(const struct service *s, pid_t pid, struct tree_process *p)
{
	pid_t master = service_master(s);

	return master > 0 && tree_look(pid, p) && p->parent == master;
}

void
glimpse_stack(const struct service *s, pid_t pid)
{
	struct link_record record = link_make(LINK_STACK);
	struct tree_process before, after;
	int fd = glimpse_worker(s, pid, &before) ? stall_open_stack(pid) : -1;

	record.service = s->slot;
	record.incarnation = s->incarnation;
	record.pid = pid;
	/* what was opened is of whoever had the number then */
	if (fd >= 0 && glimpse_worker(s, pid, &after) && after.start == before.start)
		watcher_link_hand(s->home, &record, fd);
	if (fd >= 0)
		close(fd);
}
