#include "watcher/ooms.h"

#include "base/log.h"
#include "os/oomcount.h"
#include "watcher/watch.h"

void
ooms_judge(struct watcher *w, struct service *s, const struct page_service *record)
{
	/* of the current generation alone: one that is being ended dies of what it likes */
	const struct page_generation *g = services_generation(record, record->generation);
	bool stop = record->settings.oom_policy == PAGE_OOM_STOP;
	struct link_record r = uplink_request(stop ? DEED_STOP : DEED_RESTART, s->slot, record);
	struct sampler *sampler = s->sampler;
	bool known = sampler->ooms_known;
	struct oomcount count;
	uint32_t before = sampler->ooms;

	if (record->settings.oom_policy == PAGE_OOM_CONTINUE)
		return;
	sampler->ooms_known = oomcount_of(g != NULL ? g->master : 0, s->name, &count);
	sampler->ooms = sampler->ooms_known ? count.kills : before;
	/* a group that was made anew counts from nothing */
	if (!known || !sampler->ooms_known || sampler->ooms <= before)
		return;
	log_warning("%s: the kernel ended a process of it for want of memory: %s", s->name,
		stop ? "it is being stopped (oom_policy)" : "it is being restarted (oom_policy)");
	if (!uplink_send(w, &r))
		sampler->ooms = before; /* again at the next look */
}
