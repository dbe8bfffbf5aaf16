#include "watcher/ooms.h"

#include "base/log.h"
#include "os/oomcount.h"
#include "watcher/watch.h"

/* Of the current generation: one that is being ended dies of what it likes. */
static pid_t
master_of(const struct page_service *record)
{
	for (unsigned i = 0; i < PAGE_GENERATIONS; i++)
		if (record->generations[i].number == record->generation && record->generation != 0)
			return record->generations[i].master;
	return 0;
}

void
ooms_judge(struct watcher *w, struct service *s, const struct page_service *record)
{
	struct link_record r = link_make(LINK_REQUEST);
	bool stop = record->settings.oom_policy == PAGE_OOM_STOP;
	struct sampler *sampler = s->sampler;
	bool known = sampler->ooms_known;
	uint32_t before = sampler->ooms;

	if (record->settings.oom_policy == PAGE_OOM_CONTINUE)
		return;
	sampler->ooms_known = oomcount_of(master_of(record), s->name, &sampler->ooms);
	/* a group that was made anew counts from nothing */
	if (!known || !sampler->ooms_known || sampler->ooms <= before)
		return;
	r.deed = stop ? DEED_STOP : DEED_RESTART;
	r.service = s->slot;
	r.incarnation = record->incarnation;
	r.generation = record->generation;
	log_warning("%s: the kernel ended a process of it for want of memory: %s", s->name,
		stop ? "it is being stopped (oom_policy)" : "it is being restarted (oom_policy)");
	if (!uplink_send(w, &r))
		sampler->ooms = before; /* again at the next look */
}
