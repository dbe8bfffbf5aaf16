/*
 * proof_notify.c -- what a program says with sd_notify(3): who may speak for it, and what it is taken for.
 */
#include <signal.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "core/life.h"
#include "os/datagram.h"
#include "os/tree.h"
#include "watcher/proof.h"
#include "watcher/watch.h"

enum {
	PER_ROUND = 16, /* datagrams of one service that are read before others have their turn */
	ANCESTORS = 64, /* between a process and its master */
};

/* Whether PID is the master, or, where any process may speak, below it. One that has ended cannot be asked any more. */
static bool
may_speak(const struct proof *p, const struct page_service *record, pid_t pid)
{
	const struct page_generation *g = services_generation(record, record->generation);
	struct tree_process process;

	if (g == NULL || g->master <= 0 || pid <= 0)
		return false;
	for (unsigned i = 0; i < ANCESTORS && pid > 1; i++) {
		if (pid == g->master)
			return true;
		if (p->kind != PAGE_PROOF_NOTIFY_ALL || !tree_look(pid, &process))
			return false;
		/* a shell's children may outlive their parent: whoever is in the session that the master leads is its
		 * own all the same */
		if (process.session == g->master)
			return true;
		pid = process.parent;
	}
	return false;
}

void
proof_abort(struct proof *p, const struct page_service *record, const char *why)
{
	struct link_record request = uplink_request(DEED_SIGNAL, p->slot, record);

	log_warning("%s: %s; its process gets SIGABRT", record->name, why);
	request.arg = SIGABRT;
	uplink_send(p->w, &request);
	p->alive = clock_now();
}

static void
take_notify(struct proof *p, const struct page_service *record, const struct notify *n)
{
	if (n->has_status)
		memcpy(p->status, n->status, sizeof p->status);
	if (n->main_pid) /* MAINPID= could name any process: ours is the one that we started */
		log_debug("%s: it names a main process, which is not granted", record->name);
	if (n->alive || n->ready)
		p->alive = clock_now();
	if (n->ready)
		proof_ready(p);
	if (n->stuck && record->state == LIFE_RUNNING)
		proof_abort(p, record, "it says that it is stuck");
}

/* The supervisor writes the page after the start: a fast program is sooner. */
static void
keep_early(struct proof *p, const struct notify *n, pid_t sender)
{
	p->early = *n;
	p->early_sender = sender;
	proof_wake_in(p, PROOF_SOON);
}

void
proof_take_early(struct proof *p, const struct page_service *record)
{
	if (p->early_sender > 0 && may_speak(p, record, p->early_sender))
		take_notify(p, record, &p->early);
	p->early_sender = 0;
}

void
proof_on_notify(struct proof *p)
{
	struct page_service record;
	char bytes[NOTIFY_SIZE];
	struct notify n;
	ssize_t length;
	pid_t sender;

	for (int i = 0; i < PER_ROUND && (length = datagram_take(p->fd, bytes, sizeof bytes, &sender)) >= 0; i++) {
		if (!notify_parse(bytes, (size_t)length, &n) || !proof_read(p, &record))
			continue;
		if (may_speak(p, &record, sender))
			take_notify(p, &record, &n);
		/* only the first: a stranger could fill any number of places */
		else if (n.ready && p->early_sender == 0)
			keep_early(p, &n, sender);
		else
			log_debug("%s: process %d notifies of what is not its own", record.name, (int)sender);
	}
}
