#include "supervisor/held.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "os/arrivals.h"
#include "os/listener.h"

/* By what was written: an address that is written otherwise is another listener, even where it means the same place. */
static struct held_listener *
find(const struct held *h, const char *text)
{
	for (uint32_t i = 0; i < h->count; i++)
		if (strcmp(h->at[i].text, text) == 0)
			return &h->at[i];
	return NULL;
}

/* The file first: whether it is still ours is asked of the socket (listener_unlink). */
static void
close_one(struct held_listener *l)
{
	if (l->fd < 0)
		return;
	if (l->path != NULL && !l->given)
		listener_unlink(l->fd, l->path);
	close(l->fd);
	l->fd = -1;
}

/* A place for TEXT (and its PATH, NULL for TCP) among the held; memory is taken only when the addresses changed, that is
 * after a reload. */
static struct held_listener *
place(struct held *h, const char *text, const char *path, struct err *err)
{
	struct held_listener *more, *l = find(h, text);

	if (l != NULL)
		return l;
	more = realloc(h->at, (h->count + 1) * sizeof *more);
	if (more == NULL)
		goto fail;
	h->at = more;
	l = &h->at[h->count];
	*l = (struct held_listener){ .fd = -1, .text = strdup(text) };
	if (path != NULL)
		l->path = strdup(path);
	if (l->text == NULL || (path != NULL && l->path == NULL)) {
		free(l->text);
		free(l->path);
		goto fail;
	}
	h->count++;
	return l;
fail:
	err_set(err, errno, "cannot hold listener '%s'", text);
	return NULL;
}

static bool
same_owner(const struct listener_unix *a, const struct listener_unix *b)
{
	return a->owner == b->owner && a->group == b->group && a->mode == b->mode;
}

static bool
open_unix(struct held_listener *l, const struct plan *plan, struct err *err)
{
	if (l->fd >= 0 && listener_lost(l->fd, l->path)) { /* what lies at the path now is not ours to remove */
		close(l->fd);
		l->fd = -1;
	}
	if (l->fd < 0)
		l->fd = listener_open_unix(l->path, &plan->socket, plan->backlog, err);
	else if (!same_owner(&l->who, &plan->socket) && !listener_give(l->fd, l->path, &plan->socket, err))
		return false;
	l->who = plan->socket;
	return l->fd >= 0;
}

bool
held_is_open(const struct held *h, const struct plan_bind *bind)
{
	const struct held_listener *l = find(h, bind->text);

	return l != NULL && l->fd >= 0;
}

bool
held_take(struct held *h, const struct plan_bind *bind, int fd, struct err *err)
{
	struct held_listener *l = place(h, bind->text, bind->is_unix ? bind->address : NULL, err);

	if (l == NULL)
		return false;
	if (l->fd >= 0)
		return err_set(err, 0, "descriptor %d and another one listen at '%s'", fd, bind->text);
	l->fd = fd;
	l->given = true;
	return true;
}

/* Whoever starts on it would serve nobody. */
static void
give_up_if_shut(struct held_listener *l)
{
	if (l->fd < 0 || !listener_shut(l->fd))
		return;
	log_warning("'%s' was shut down by who was to serve it (shutdown(2)): it is opened anew", l->text);
	close_one(l);
}

static bool
open_one(struct held_listener *l, const struct plan *plan, const struct plan_bind *bind, struct err *err)
{
	l->wanted = true;
	/* whoever opened it chose address, owner and mode */
	if (l->given)
		return true;
	give_up_if_shut(l);
	if (bind->is_unix)
		return open_unix(l, plan, err);
	/* it was there when this start began, and whoever shut it down did so since */
	if (l->fd < 0 && bind->address == NULL)
		return err_set(err, 0, "'%s' is not looked up yet: its next start does", bind->text);
	/* One that is open keeps the backlog it was opened with: Gunicorn calls listen(2) on it again, with its own
	 * (gunicorn-facts 5.2). */
	if (l->fd < 0)
		l->fd = listener_open_tcp(bind->address, bind->port, plan->backlog, err);
	return l->fd >= 0;
}

bool
held_open(struct held *h, const struct plan *plan, int *fds, struct err *err)
{
	if (plan->bind_count > HELD_MAX)
		return err_set(err, 0, "bind: at most %d addresses", HELD_MAX);
	if (plan->directories != NULL && !directories_make(plan->directories, plan->uid, plan->gid, err))
		return false;
	/* What is not asked for any more stays open until a generation serves without it (held_drop_unwanted): if this start
	 * fails, the old one serves on. */
	for (uint32_t i = 0; i < h->count; i++)
		h->at[i].wanted = false;
	for (uint32_t i = 0; i < plan->bind_count; i++) {
		const struct plan_bind *bind = &plan->binds[i];
		struct held_listener *l = place(h, bind->text, bind->is_unix ? bind->address : NULL, err);

		if (l == NULL || !open_one(l, plan, bind, err))
			return false;
		fds[i] = l->fd;
	}
	return true;
}

/* One that it has already, from whoever started us say, stays. */
struct held_listener *
held_resume(struct held *h, const char *text, const char *path, int fd)
{
	struct held_listener *l = place(h, text, path, NULL);

	if (l == NULL || l->fd >= 0) {
		close(fd);
		return NULL;
	}
	l->fd = fd;
	arrivals_disown(fd);
	return l;
}

/* The gap is filled by the last: order means nothing here, plans name what they want. */
static void
forget(struct held *h, uint32_t i)
{
	close_one(&h->at[i]);
	free(h->at[i].text);
	free(h->at[i].path);
	h->at[i] = h->at[--h->count];
}

void
held_drop_unwanted(struct held *h)
{
	for (uint32_t i = h->count; i-- > 0;) /* from behind: forget() fills the gap with the last */
		if (!h->at[i].wanted)
			forget(h, i);
}

/* The names stay: a later start finds its places, and takes no memory. */
void
held_close(struct held *h)
{
	for (uint32_t i = 0; i < h->count; i++)
		if (!h->at[i].given)
			close_one(&h->at[i]);
}

bool
held_any_given(const struct held *h)
{
	for (uint32_t i = 0; i < h->count; i++)
		if (h->at[i].fd >= 0 && h->at[i].given)
			return true;
	return false;
}

/* Given ones as well: whoever gave them has his own. */
void
held_free(struct held *h)
{
	while (h->count > 0)
		forget(h, h->count - 1);
	free(h->at);
	h->at = NULL;
}

void
held_let_go(struct held *h)
{
	for (uint32_t i = 0; i < h->count; i++)
		if (h->at[i].given) {
			close_one(&h->at[i]);
			h->at[i].given = false;
		}
}
