#include "supervisor/heir.h"

#include <signal.h>

#include "base/log.h"
#include "os/tree.h"
#include "supervisor/adopt.h"
#include "supervisor/bridled.h"
#include "supervisor/service.h"
#include "wire/ending.h"

struct search {
	pid_t session, old;
	int signal;
	pid_t heir;
};

static void
consider(void *context, pid_t child)
{
	struct search *q = context;
	struct tree_process p;

	/* itself is a zombie until it has been reaped */
	if (child == q->old || !tree_look(child, &p) || p.session != q->session || p.state == 'Z')
		return;
	if (q->heir == 0 && tree_is_heir(child, q->old))
		q->heir = child;
	else if (q->signal != 0)
		tree_signal(child, p.start, q->signal);
}

/* A child of ours in the session of SLOT that OLD, its dead master, had started as a master; 0: none. Whoever else is left
 * of it is given SIGNAL, when there is one. It became ours a moment ago, so it is among the last of them: behind every orphan
 * that any service has. */
static pid_t
look(const struct service *s, uint8_t slot, pid_t old, int signal)
{
	struct search q = { s->leader[slot], old, signal, 0 };

	if (s->adopted[slot]) /* no children of ours, none of them */
		adopt_visit(s, slot, consider, &q);
	else
		tree_visit_children(s->home->children_fd, consider, &q);
	return q.heir;
}

static void
note_end(struct service *s, const struct generation *old, pid_t pid, int status, msec now)
{
	s->last_pid = pid;
	s->last_status = status;
	s->last_generation = old->number;
	s->last_age = now - old->since;
	s->last_ended = now;
}

/* Asked of every master that ends, before its end is reported: when the old one died the new one became our child (we are a
 * subreaper), and title or environment tell what it is (gunicorn-facts 5.4). */
bool
heir_takes_over(struct service *s, uint8_t slot, int status, msec now)
{
	const struct generation old = s->life.slots[slot];
	struct tree_process p;
	pid_t *pid = service_pid_at(s, slot), dead = *pid, heir;

	if (s->kind != CONF_GUNICORN || s->life.limits.held || slot != s->life.current)
		return false;
	heir = look(s, slot, dead, 0);
	if (heir == 0 || !life_followed(&s->life, slot, now))
		return false;
	note_end(s, &old, dead, status, now);
	*pid = heir;
	s->start[slot] = tree_look(heir, &p) ? (uint32_t)p.start : 0;
	if (s->made[slot] == 0) /* of the first of a row of heirs: group, directory and marker are still its */
		s->made[slot] = old.number;
	log_info("%s: master %d was followed by %d, which it had started itself (USR2): generation %u", s->name,
		(int)dead, (int)heir, s->life.slots[slot].number);
	if (s->adopted[slot] && !adopt_master(s, slot, heir, s->start[slot])) /* it has ended in its turn */
		service_reaped(s, slot, ENDING_UNKNOWN, now);
	/* The old one's workers would serve on beside the new one's for as long as they please (gunicorn-facts 6.3). */
	look(s, slot, dead, SIGTERM);
	service_act(s, now);
	return true;
}
