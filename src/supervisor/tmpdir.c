#include "supervisor/tmpdir.h"

#include <unistd.h>

#include "base/text.h"
#include "os/rundir.h"
#include "supervisor/bridled.h"
#include "supervisor/service.h"

enum { MOST_REMOVED = 10000 /* entries: more would hold everything else up */ };

static bool
wants_one(const struct service *s)
{
	return s->plan != NULL && s->plan->command.tmpdir != NULL;
}

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
	rundir_remove(dir, name, MOST_REMOVED);
	tmp = rundir_open_at(dir, name, s->plan->uid, s->plan->gid, 0700, err);
	if (tmp >= 0)
		close(tmp);
	close(dir);
	return tmp >= 0;
}

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
	rundir_remove(dir, name, MOST_REMOVED);
	close(dir);
}
