#include "supervisor/resume_listeners.h"

#include "base/log.h"
#include "os/listener.h"
#include "supervisor/adopt.h"
#include "supervisor/service.h"

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

/* Nobody had them but one who was killed. Whoever comes waits in the queue, as before, however far away the next start is. */
static void
open_anew(struct service *s)
{
	int fds[HELD_MAX];
	struct err err;

	if (s->plan != NULL && !held_open(&s->held, s->plan, fds, &err))
		log_warning("%s: %s", s->name, err.text);
}

void
resume_listeners(struct service *s, const struct state_service *record, bool reborn)
{
	bool gone = false;

	/* Named by inode: a number of ours may have been closed and given to something else since it was written down. */
	for (uint32_t i = 0; i < record->listener_count; i++) {
		const struct state_listener *l = &record->listeners[i];
		int fd = (int)l->fd;

		if (fd < 0)
			continue;
		if (!reborn)
			fd = adopt_listener(s, (uint64_t)l->inode);
		else if (listener_inode(fd) != (uint64_t)l->inode)
			fd = -1;
		if (fd >= 0 && take_listener(s, l, fd))
			continue;
		if (!any_master(s)) {
			gone = true;
			continue;
		}
		log_warning(
			"%s: listener '%s' stays with its master alone: a restart is needed before it can be replaced",
			s->name, l->text);
		s->life.limits.held = false;
	}
	if (gone)
		open_anew(s);
}
