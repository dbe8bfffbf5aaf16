#include "supervisor/resume_listeners.h"

#include "base/log.h"
#include "os/listener.h"
#include "supervisor/adopt.h"
#include "supervisor/past.h"
#include "supervisor/service.h"

/* Then somebody serves on the old listener, and another one at the same address would divide what comes between them. */
static bool
any_master(const struct service *s)
{
	for (uint8_t i = 0; i < LIFE_SLOTS; i++)
		if (s->life.slots[i].master && !s->ended[i])
			return true;
	return false;
}

/* FD is that of RECORD, or a copy of it. */
static bool
take_listener(struct service *s, const struct state_listener *record, int fd)
{
	struct held_listener *l =
		held_resume(&s->held, record->text, record->path[0] != '\0' ? record->path : NULL, fd);

	if (l == NULL)
		return false;
	l->wanted = record->listener_wanted != 0;
	l->given = record->given != 0;
	l->who = (struct listener_unix){ (uid_t)record->owner, (gid_t)record->group, (mode_t)record->mode };
	return true;
}

/* Nobody has them any more who could give them to us. Whoever comes waits in the queue, as before, however far away the
 * next start is. */
static void
open_anew(struct service *s)
{
	int fds[HELD_MAX];
	struct err err;

	if (s->plan != NULL && !held_open(&s->held, s->plan, fds, &err))
		log_warning("%s: %s", s->name, err.text);
}

/* Named by inode: a number of ours may have been closed and given to something else since it was written down. */
static int
find_listener(const struct service *s, const struct state_listener *l, struct past *p)
{
	uint64_t inode = (uint64_t)l->inode;
	int fd = (int)l->fd;

	if (p->reborn)
		return listener_inode(fd) == inode ? fd : -1;
	fd = past_listener(p, inode);
	return fd >= 0 ? fd : adopt_listener(s, inode);
}

void
resume_listeners(struct service *s, const struct state_service *record, struct past *p)
{
	bool gone = false;

	for (uint32_t i = 0; i < record->listener_count; i++) {
		const struct state_listener *l = &record->listeners[i];
		int fd = l->fd >= 0 ? find_listener(s, l, p) : -1;

		if (l->fd < 0 || (fd >= 0 && take_listener(s, l, fd)))
			continue;
		if (!any_master(s)) {
			gone = true;
			continue;
		}
		log_warning(
			"%s: listener '%s' stays with its master alone: a restart is needed before it can be replaced",
			s->name, l->text);
		/* a successor would have to bind that address once more: it waits until the old one is gone, as where
		 * nothing is held */
		s->life.limits.held = false;
	}
	if (gone)
		open_anew(s);
}
