#include "watcher/burden.h"

#include "watcher/queues.h"
#include "watcher/watch.h"

/* As long as it keeps up all is counted from now on; the kernel's clock of processors is read when it begins not to,
 * once. */
void
burden_look(struct sampler *sampler)
{
	const struct saturation *s = &sampler->saturation;

	if (s->at[STRAIN_QUEUE].since == 0 && s->at[STRAIN_DROPS].since == 0)
		sampler->burden = (struct burden){ .dropped = sampler->dropped };
	else if (sampler->burden.steal.all == 0)
		sampler->burden.steal = steal_look("/proc/stat");
}

/* The least that a listener of it holds: that one is full first. */
static int64_t
room_of(struct watcher *w, const struct page_service *record)
{
	struct sockdiag_query answers[PAGE_LISTENERS];
	unsigned n = record->listeners < PAGE_LISTENERS ? record->listeners : PAGE_LISTENERS;
	int64_t least = -1;

	queues_of(w, record, answers);
	for (unsigned i = 0; i < n; i++)
		if (answers[i].backlog > 0 && (least < 0 || answers[i].backlog < least))
			least = answers[i].backlog;
	return least;
}

struct pressure
burden_pressure(const struct page_service *record, uint32_t generation, bool *of_group)
{
	const struct page_generation *g = services_generation(record, generation);
	struct pressure p;
	/* of its own group where it has one: others' pressure is none of its reasons */
	bool group = g != NULL && g->master > 0 && pressure_of_group(g->master, &p);

	if (of_group != NULL)
		*of_group = group;
	return group ? p : pressure_look("/proc/pressure");
}

/* Of its own group where that has one: a neighbour that waits explains nothing of this service. */
static void
take_pressure(const struct page_service *record, struct record_strain *strain)
{
	struct pressure p = burden_pressure(record, record->generation, &strain->of_group);

	strain->memory_pressure = p.memory;
	strain->io_pressure = p.io;
	strain->cpu_pressure = p.cpu;
}

bool
burden_of(struct watcher *w, const struct service *s, const struct page_service *record, enum cause cause,
	struct record_strain *strain)
{
	const struct sampler *sampler = s->sampler;
	const struct burden *before = sampler != NULL ? &sampler->burden : NULL;
	struct steal now;

	if ((cause != CAUSE_QUEUE_STANDS && cause != CAUSE_QUEUE_OVERFLOWS) || sampler == NULL)
		return false;
	/* counted since boot: what it was meanwhile is the difference (proc_stat(5), steal) */
	now = steal_look("/proc/stat");
	*strain = (struct record_strain){
		.queue = sampler->queue,
		.room = room_of(w, record),
		.wait = samples_wait(sampler),
		/* a listener that was bound anew counts from nothing */
		.dropped = before->dropped >= 0 && sampler->dropped >= before->dropped ?
			sampler->dropped - before->dropped :
			-1,
		.open = queues_open(w, record),
		.open_most = record->settings.connections > 0 ?
			(int64_t)record->settings.connections * sampler->workers.count :
			-1,
		.steal = steal_between(&before->steal, &now),
	};
	take_pressure(record, strain);
	return true;
}
