/*
 * policies.c -- a claim comes in, core/policy decides, and the life is asked; only what was really done is told back.
 */
#include "supervisor/policies.h"

#include <signal.h>
#include <stdio.h>

#include "base/log.h"
#include "os/tree.h"
#include "supervisor/bridled.h"
#include "supervisor/glimpse.h"
#include "supervisor/replace.h"
#include "supervisor/service.h"
#include "wire/link.h"

_Static_assert((int)LINK_BOOT_LOOP == (int)POLICY_BOOT_LOOP && (int)LINK_FLAPPING == (int)POLICY_FLAPPING &&
		(int)LINK_HANG == (int)POLICY_HANG && (int)LINK_OOM == (int)POLICY_OOM &&
		(int)LINK_UNHEALTHY == (int)POLICY_UNHEALTHY && (int)LINK_TROUBLES == (int)POLICIES,
	"what is judged is what may have a policy");

bool
policies_recycle(struct service *s, pid_t pid)
{
	struct tree_process p;

	/* the watcher names a pid: it has to be that master's child now, and is signalled by its start, or it is gone */
	if (!glimpse_worker(s, pid, &p) || !tree_signal(pid, p.start, SIGTERM))
		return false;
	log_info("%s: worker %d is recycled", s->name, (int)pid);
	return true;
}

/* KEY: the setting that wanted it, for whoever reads the log. */
static bool
replace(struct service *s, const char *key, msec now)
{
	if (!replace_mend(s, now))
		return false;
	log_warning("%s: it is being replaced (%s)", s->name, key);
	return true;
}

static bool
restart(struct service *s, const char *key, msec now)
{
	if (!life_restart(&s->life, now))
		return false;
	log_warning("%s: it is being restarted (%s)", s->name, key);
	return true;
}

/* It stays down until a person starts it, who should find out why it is. */
static bool
stop(struct service *s, const char *key, msec now)
{
	char why[64];

	if (!life_halt(&s->life, now))
		return false;
	snprintf(why, sizeof why, "stopped, as %s says", key);
	service_tell_why(s, why);
	log_warning("%s: it is being stopped (%s)", s->name, key);
	return true;
}

static bool
is_crowded(const struct service *s, msec now)
{
	const struct bridled *b = s->home;

	for (uint32_t i = 0; i < b->capacity; i++)
		if (b->services[i] != NULL && b->services[i] != s && policy_has_replaced(&b->services[i]->policy, now))
			return true;
	return false;
}

/* The generation that R is about, if it is the one that counts; LIFE_NONE is one that has died, and no other was started. */
static bool
is_current(const struct service *s, const struct link_record *r)
{
	const struct life *l = &s->life;

	return r->generation != 0 &&
		r->generation == (l->current != LIFE_NONE ? l->slots[l->current].number : l->last_number);
}

/* The watcher adds it to the incident that it has judged. */
static void
tell(const struct service *s, const struct link_record *r, enum link_deed deed)
{
	struct link_record record = link_make(LINK_POLICY);

	record.service = s->slot;
	record.incarnation = s->incarnation;
	record.generation = r->generation;
	record.deed = (uint8_t)deed;
	record.arg = r->arg;
	record.pid = r->pid;
	watcher_link_tell(s->home, &record);
	watcher_link_flush(s->home);
}

void
policies_judged(struct service *s, const struct link_record *r, msec now)
{
	const struct life *l = &s->life;
	struct policy_claim claim = { .cause = (enum policy_cause)r->arg, .state = l->state, .worker = r->pid != 0 };
	const char *key = link_trouble_key(r->arg);
	enum link_deed done = DEED_NONE;

	if (s->plan == NULL || !is_current(s, r)) /* what was judged may be of a generation that is gone */
		return;
	claim.set = (enum policy_deed)s->plan->policies[r->arg];
	/* beside one on listeners of its own there is no room (as for deed_restart) */
	if (claim.cause == POLICY_UNHEALTHY && claim.set == POLICY_REPLACE && !l->limits.held)
		claim.set = POLICY_RESTART;
	claim.crowded = is_crowded(s, now);
	claim.age = now - (l->current != LIFE_NONE ? l->slots[l->current].since : l->since);
	switch (policy_judge(&s->policy, &claim, now)) {
	case POLICY_NONE: return;
	case POLICY_RECYCLE: done = policies_recycle(s, r->pid) ? DEED_RECYCLE : DEED_NONE; break;
	case POLICY_REPLACE: done = replace(s, key, now) ? DEED_RESTART : DEED_NONE; break;
	case POLICY_RESTART: done = restart(s, key, now) ? DEED_RESTART_COLD : DEED_NONE; break;
	case POLICY_STOP: done = stop(s, key, now) ? DEED_STOP : DEED_NONE; break;
	}
	if (done == DEED_NONE)
		return;
	service_act(s, now); /* first: what is told has been done then */
	tell(s, r, done);
}
