#include "watcher/hangs.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "os/process.h"
#include "os/stall.h"
#include "watcher/errands.h"
#include "watcher/queues.h"
#include "watcher/troubles.h"
#include "watcher/watch.h"

enum {
	DEFAULT = 30000, /* ms: Gunicorn's timeout, where the configuration does not name one */
	SHARE = 60,      /* per cent of it */
	LEAST = 500,     /* ms between looks for this */
	OFTEN = 5000,    /* ms between looks that are taken anyway (samples.c: QUIET) */
};

static msec
timeout_of(const struct page_service *record)
{
	return record->settings.timeout > 0 ? record->settings.timeout : DEFAULT;
}

/* Sync workers that are idle beat every timeout/2 (gunicorn-facts 6.1), so that more is a request, or a hang. */
static msec
limit_of(const struct page_service *record)
{
	return timeout_of(record) * SHARE / 100;
}

static bool
may_hang(const struct worker *worker)
{
	return worker->heartbeat == HEARTBEAT_BEATING && worker->leaving == 0;
}

/* Whom it waits for: an address that has been silent for long is most often the answer. */
static void
copy_peers(struct record_hang *hang, const struct stall *stall)
{
	_Static_assert((int)RECORD_PEERS == (int)STALL_PEERS, "all of them");
	for (unsigned i = 0; i < stall->peer_count; i++) {
		text_copy(hang->peers[i].address, sizeof hang->peers[i].address, stall->peers[i].address);
		hang->peers[i].connecting = stall->peers[i].connecting;
		hang->peers[i].silent = stall->peers[i].silent;
	}
	hang->peer_count = stall->peer_count;
}

static void
take(struct watcher *w, struct worker *worker)
{
	struct record_hang *hang = calloc(1, sizeof *hang);
	struct stall stall;

	if (hang == NULL || !stall_look(worker->pid, queues_socket(w), &stall)) {
		free(hang);
		return;
	}
	hang->pid = worker->pid;
	hang->at = clock_wall();
	hang->beat = worker->beat;
	hang->cpu = worker->cpu;
	hang->state = stall.state;
	text_copy(hang->call, sizeof hang->call, stall.call);
	text_copy(hang->where, sizeof hang->where, stall.where);
	copy_peers(hang, &stall);
	worker->hang = hang;
}

/* Of the kernel's side of it, which takes CAP_SYS_ADMIN to open. First of all that is asked for: who recycles it, or looks at it
 * with a debugger, would be seen in that. */
static void
ask_for_stack(struct watcher *w, const struct service *s, const struct page_service *record, int32_t pid)
{
	struct link_record r = uplink_request(DEED_STACK, s->slot, record);

	r.pid = pid;
	uplink_send(w, &r);
}

void
hangs_judge(struct watcher *w, struct service *s, const struct page_service *record, msec now)
{
	struct workers *workers = &s->sampler->workers;

	(void)now;
	for (uint32_t i = 0; i < workers->count; i++) {
		struct worker *worker = &workers->at[i];
		bool hangs = may_hang(worker) && worker->beat >= limit_of(record);

		if (hangs && worker->hang == NULL) {
			take(w, worker);
			ask_for_stack(w, s, record, worker->pid);
			troubles_judged(w, s, worker->generation, LINK_HANG, worker->pid);
			/* after our own look: what a debugger does to it would be seen in that */
			errands_dump(w, s, worker->pid);
		} else if (!hangs && worker->hang != NULL) {
			free(worker->hang);
			worker->hang = NULL;
		}
	}
}

void
hangs_stack(struct watcher *w, const struct link_record *r, int fd)
{
	struct service *s = r->service < w->services.count ? &w->services.at[r->service] : NULL;
	bool same = s != NULL && s->incarnation == r->incarnation && s->sampler != NULL;
	struct worker *worker = same ? workers_find(&s->sampler->workers, r->pid) : NULL;

	_Static_assert(sizeof worker->hang->stack == STALL_STACK, "all of it");
	/* it may beat again since, and does something else now */
	if (fd >= 0 && worker != NULL && worker->hang != NULL)
		stall_read_stack(fd, worker->hang->stack);
	if (fd >= 0)
		close(fd);
}

msec
hangs_due(const struct sampler *sampler, const struct page_service *record, msec now)
{
	msec limit = limit_of(record), first = MSEC_NEVER;

	if (timeout_of(record) - limit > OFTEN + LEAST)
		return first; /* an ordinary look comes in time */
	for (uint32_t i = 0; i < sampler->workers.count; i++) {
		const struct worker *worker = &sampler->workers.at[i];
		/* as old as it is known to be; it may have beaten since, and then this look is one too many */
		msec left = limit - worker->beat;

		if (!may_hang(worker) || worker->hang != NULL)
			continue;
		if (now + (left < LEAST ? LEAST : left) < first)
			first = now + (left < LEAST ? LEAST : left);
	}
	return first;
}
