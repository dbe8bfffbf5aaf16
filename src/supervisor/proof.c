/*
 * proof.c -- a socket or a pipe of the program's own, made here, since the watcher may not write into its directory, and
 * read there: what a program says is no business of ours.
 */
#include "supervisor/proof.h"

#include <unistd.h>

#include "os/datagram.h"
#include "os/fifo.h"
#include "os/rundir.h"
#include "supervisor/bridled.h"
#include "supervisor/service.h"

/* Ours: the program finds what is in it by its name, and can make nothing there. */
static int
open_directory(struct service *s, struct err *err)
{
	return rundir_open_at(s->home->run_fd, s->name, geteuid(), getegid(), 0755, err);
}

static bool
wants_socket(const struct service *s)
{
	return s->kind == CONF_PROGRAM && plan_program_of(s->plan)->proof == PROOF_NOTIFY;
}

void
proof_close(struct service *s)
{
	if (s->proof_fd >= 0)
		close(s->proof_fd);
	s->proof_fd = -1;
}

/* It stays for as long as the service asks for it: what is said while nobody reads waits in it. Another user gets another. */
bool
proof_open(struct service *s, struct err *err)
{
	int dir;

	proof_close(s);
	if (!wants_socket(s))
		return true;
	dir = open_directory(s, err);
	if (dir < 0)
		return false;
	s->proof_fd = datagram_open(dir, "notify", s->plan->uid, s->plan->gid, err);
	close(dir);
	return s->proof_fd >= 0;
}

/* The pipe is held open here: who writes its newline and closes it may be sooner than the watcher opens it. */
bool
proof_prepare(struct service *s, struct spawn_request *r, int *fds, struct err *err)
{
	const struct plan_program *program = plan_program_of(s->plan);
	int dir;

	if (program->proof != PROOF_FD)
		return true;
	proof_close(s);
	dir = open_directory(s, err);
	if (dir < 0)
		return false;
	/* another pipe for each generation: what an earlier one has written proves nothing of this one */
	unlinkat(dir, "ready", 0);
	s->proof_fd = fifo_open(dir, "ready", s->home->watch_uid, s->home->watch_gid, false, err);
	close(dir);
	if (s->proof_fd < 0)
		return false;
	/* descriptors from 3 on are filled one by one (spawn.h): up to the one that it asked for they are /dev/null */
	r->listener_count = program->ready_fd - 2u;
	for (uint32_t i = 0; i < r->listener_count; i++)
		fds[i] = s->home->null_fd;
	fds[r->listener_count - 1] = s->proof_fd;
	r->listeners = fds;
	return true;
}

/* A watcher that is not there gets all of them when it comes (proof_show_all). */
bool
proof_show(struct service *s)
{
	struct link_record record = link_make(LINK_NOTIFY);

	if (s->proof_fd < 0 || !wants_socket(s))
		return true;
	record.service = s->slot;
	record.incarnation = s->incarnation;
	return watcher_link_hand(s->home, &record, s->proof_fd);
}

bool
proof_show_all(struct bridled *b)
{
	bool all = true;

	for (uint32_t i = 0; i < b->capacity; i++)
		if (b->services[i] != NULL && b->services[i]->proof_fd >= 0)
			all = proof_show(b->services[i]) && all;
	return all;
}
