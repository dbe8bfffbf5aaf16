/*
 * tmpdir.c -- one directory a generation, below that of the service. Gunicorn 25 and later ends whoever is named by a pid
 * file in it (gunicorn-facts 8): two generations must not find each other's.
 */
#include "supervisor/tmpdir.h"

#include <unistd.h>

#include "base/text.h"
#include "os/rundir.h"
#include "supervisor/bridled.h"
#include "supervisor/service.h"

/* Where the user set TMPDIR himself, or the Gunicorn is older, there is none (conf/command.c). */
static bool
wants_one(const struct service *s)
{
	return s->plan != NULL && s->plan->command.tmpdir != NULL;
}

/* Ours, not the user's: what lies in it is removed by root, by name. */
static int
open_parent(struct service *s, struct err *err)
{
	return rundir_open_at(s->home->run_fd, s->name, geteuid(), getegid(), 0755, err);
}

static void
name_it(char *name, size_t size, uint32_t number)
{
	struct text t;

	text_init(&t, name, size);
	text_addf(&t, "tmp.%010u", number);
}

bool
tmpdir_make(struct service *s, uint32_t number, struct err *err)
{
	char name[16];
	int dir, tmp;

	if (!wants_one(s))
		return true;
	dir = open_parent(s, err);
	if (dir < 0)
		return false;
	name_it(name, sizeof name, number);
	/* numbers begin anew with each bridled: what a killed one left there holds pids of long ago */
	rundir_remove(dir, name, RUNDIR_MOST);
	tmp = rundir_open_at(dir, name, s->plan->uid, s->plan->gid, 0700, err);
	if (tmp >= 0)
		close(tmp);
	close(dir);
	return tmp >= 0;
}

/* Nobody of the generation is left. What cannot be removed in one go is left to the next
 * start, or to the end of the service. */
void
tmpdir_remove(struct service *s, uint32_t number)
{
	char name[16];
	int dir;

	if (!wants_one(s))
		return;
	dir = open_parent(s, NULL);
	if (dir < 0)
		return;
	name_it(name, sizeof name, number);
	rundir_remove(dir, name, RUNDIR_MOST);
	close(dir);
}
