/* belongings: what is made for a service and its generations before they start, and removed when nobody of them is left:
 * control groups, directories, credentials, IPC. */
#include "supervisor/belongings.h"

#include <unistd.h>

#include "base/log.h"
#include "os/bounds.h"
#include "os/cgroup.h"
#include "os/spawn.h"
#include "supervisor/bridled.h"
#include "supervisor/errand.h"
#include "supervisor/service.h"
#include "supervisor/tmpdir.h"

/* Groups that an earlier bridled let go of when it was killed (cgroup_let_go) have theirs again by this. */
void
service_bound(struct service *s)
{
	const struct plan *p = s->plan;
	struct err why = { 0 };
	unsigned kept;

	if (p == NULL || p->bounds == NULL)
		return;
	s->bounded = true;
	kept = bounds_apply(p->bounds, s->home->cgroup_fd, s->home->run_dir, s->name, &why);
	for (int i = 0; i < BOUND_COUNT; i++)
		if (bounds_wants(p->bounds, i) && (kept & 1U << i) == 0)
			log_warning("%s: the kernel does not keep it to %s: %s", s->name, bounds_key(i), why.text);
	if (p->bounds->memory_max < BOUND_NONE && (kept & 1U << BOUND_MEMORY_MAX) == 0)
		p->settings->memory_max = p->bounds->memory_max;
}

/* The group around all generations of a service that has bounds; they are written again, for it may have been removed since
 * the plan was taken up. -1: it has none in v2. */
static int
group_around(const struct service *s)
{
	struct err why;

	if (s->plan->bounds == NULL)
		return -1;
	bounds_apply(s->plan->bounds, s->home->cgroup_fd, s->home->run_dir, s->name, &why);
	return bounds_group(s->home->cgroup_fd, s->name);
}

/* A master and its workers get a cgroup of their own, so that nobody of them escapes. Other programs start and end in
 * less time than making one takes, and are found by their session. */
void
service_make_cgroup(struct service *s, uint8_t slot)
{
	struct err err;
	int around;

	if (s->cgroup[slot] >= 0)
		return;
	around = group_around(s);
	if (s->home->cgroup_fd < 0 || (s->kind != CONF_GUNICORN && s->plan->bounds == NULL))
		return;
	s->cgroup[slot] = cgroup_make(around < 0 ? s->home->cgroup_fd : around, s->name, service_made(s, slot), &err);
	if (around >= 0)
		close(around);
	if (s->cgroup[slot] < 0)
		log_debug("%s: %s", s->name, err.text);
}

/* It is where it was made: its service may have got bounds, or lost them, since. */
static void
remove_cgroup(struct service *s, uint8_t slot)
{
	uint32_t number = service_made(s, slot);
	int around;

	if (s->cgroup[slot] < 0)
		return;
	close(s->cgroup[slot]);
	s->cgroup[slot] = -1;
	around = bounds_group(s->home->cgroup_fd, s->name);
	if (around >= 0) {
		cgroup_remove(around, s->name, number);
		close(around);
	}
	/* where it had no bounds then; of two places only one exists */
	cgroup_remove(s->home->cgroup_fd, s->name, number);
}

void
service_renew_cgroup(struct service *s, uint8_t slot)
{
	bool has_one = s->cgroup[slot] >= 0;

	remove_cgroup(s, slot);
	if (has_one)
		service_make_cgroup(s, slot);
}

/* One group is around all generations, so while the one in SLOT was tried it had the bounds of that. Whoever serves on was started
 * with others, and is kept to them, not to what a reload wanted that came to nothing. */
static void
restore_bounds(struct service *s, uint8_t slot)
{
	uint8_t current = s->life.current, next = s->life.next;
	struct err why;

	if (s->before == NULL || s->plan == NULL || s->plan->bounds == NULL || current == LIFE_NONE || current == slot)
		return;
	if (next != LIFE_NONE && next != slot) /* one that was replaced before is gone, and another is being tried */
		return;
	if (s->settings[current] == s->plan->fingerprint || s->life.slots[current].state == GENERATION_ENDING)
		return;
	bounds_apply(s->before, s->home->cgroup_fd, s->home->run_dir, s->name, &why);
}

/* What was made for a generation, or part of it. */
void
service_clear_away(struct service *s, uint8_t slot)
{
	remove_cgroup(s, slot);
	/* also where it is not bounded any more: whoever was in that group went with this generation */
	if (s->bounded)
		bounds_remove(s->home->cgroup_fd, s->home->run_dir, s->name);
	restore_bounds(s, slot);
	tmpdir_remove(s, service_made(s, slot));
}

/* What it needs before it is there. */
static bool
make_places(struct service *s, int *mount, struct err *err)
{
	const struct plan *p = s->plan;

	*mount = 0;
	if (p->directories != NULL && !directories_make(p->directories, p->uid, p->gid, err))
		return false;
	return p->credentials == NULL ||
		credentials_make(p->credentials, s->home->run_fd, s->name, p->uid, p->gid, mount, err);
}

pid_t
service_spawn(struct service *s, struct spawn_request *request, struct err *err)
{
	pid_t pid;

	if (!make_places(s, &request->mount_fd, err))
		return -1;
	pid = spawn(request, err);
	if (request->mount_fd > 0)
		close(request->mount_fd);
	/* what has hung once will again: from now on a start has memory of its own, and
	 * only its own child hangs (spawn.h) */
	s->plan->may_stall = s->plan->may_stall || request->failed == SPAWN_STALLED;
	return pid;
}

/* A failure is told and no more: the service is stopped in any case. */
static void
remove_ipc(struct service *s, msec now)
{
	struct err err;

	if (s->plan->remove_ipc && !errand_remove_ipc(s, now, &err))
		log_warning("%s: remove_ipc: %s", s->name, err.text);
}

/* Whether another service that is up has its sockets and files where ours would be removed: several sites in /run/gunicorn. */
static bool
is_needed(const struct service *s)
{
	const struct bridled *b = s->home;

	for (uint32_t i = 0; i < b->capacity; i++) {
		const struct service *other = b->services[i];

		if (other != NULL && other != s && other->plan != NULL && other->plan->directories != NULL &&
			(other->life.state == LIFE_LISTENING || !generation_none_left(other->life.slots, LIFE_SLOTS)) &&
			directories_touch(s->plan->directories, other->plan->directories))
			return true;
	}
	return false;
}

/* It is stopped, and nobody of it is left. What it was never started for is not its own yet: a unit of systemd that it is to
 * succeed may have the same runtime directory, and its sockets there; so it may after a takeover that failed. */
void
service_remove_places(struct service *s, msec now)
{
	const struct plan *p = s->plan;

	if (p == NULL || !s->has_stopped || (s->life.state != LIFE_STOPPED && s->life.state != LIFE_FAILED) ||
		!generation_none_left(s->life.slots, LIFE_SLOTS))
		return;
	s->has_stopped = false;
	remove_ipc(s, now);
	if (p->credentials != NULL)
		credentials_remove(s->home->run_fd, s->name);
	if (p->directories != NULL && !held_any_given(&s->held) && !is_needed(s) &&
		!directories_remove(p->directories, p->uid, p->gid))
		log_warning("%s: something is left of its runtime_directory", s->name);
}
