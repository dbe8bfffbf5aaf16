#include "os/abilities.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "os/confine.h"
#include "os/landlock.h"
#include "os/steps.h"
#include "os/view.h"

/* The steps themselves, in a child that does nothing else. Tried out rather than read off: LSMs, sysctls and containers forbid
 * what the kernel can (user_namespaces(7)). */
static bool
works(struct steps *steps)
{
	pid_t pid = fork();
	int status = -1;

	if (pid == 0)
		/* not exit(3): buffers and handlers are the parent's */
		_exit(steps_take(steps, STEP_FIRST) == NULL && steps_take(steps, STEP_RIGHTS) == NULL ? 0 : 1);
	/* nobody reaps it before us: there is one thread, and its loop stands meanwhile */
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return pid > 0 && status == 0;
}

enum with { ALONE, MOUNTS, PROC };

/* MOUNTS: what every view is made of, a read-only root and a place in it that stays as it is. PROC is asked by
 * itself: containers hide parts of /proc, and the kernel lets nobody mount a whole one then
 * (mount_too_revealing, fs/namespace.c). */
static bool
try_out(bool as_user, unsigned flags, enum with with)
{
	struct view *view = calloc(1, sizeof *view);
	struct steps steps = { 0 };
	struct err err;
	bool ok = view != NULL;

	ok = ok &&
		(as_user ? confine_user_namespace(&steps, flags, geteuid(), getegid(), &err) :
			   confine_namespaces(&steps, flags, &err));
	if (ok && with != ALONE)
		ok = view_add(view, VIEW_READ_ONLY, "/", false, NULL, &err) &&
			view_add(view, VIEW_AS_IT_IS, "/dev", false, NULL, &err);
	if (ok && with == PROC)
		ok = view_add(view, VIEW_PROC, "/proc", false, "hidepid=invisible", &err);
	if (ok && with != ALONE)
		ok = view_mount(view, &steps, &err);
	ok = ok && works(&steps);
	steps_release(&steps);
	if (view != NULL)
		view_release(view);
	free(view);
	return ok;
}

/* As it would be made: a bridled of root names users from outside (os/confine_users.c), anybody else himself only. */
static bool
try_users(void)
{
	struct steps steps = { 0 };
	struct err err;
	bool ok = geteuid() == 0 ? confine_users(&steps, 0, 0, NULL, 0, &err) :
				   confine_user_namespace(&steps, 0, geteuid(), getegid(), &err);

	ok = ok && works(&steps);
	steps_release(&steps);
	return ok;
}

/* PR_CAPBSET_DROP asks for it (prctl(2)). */
static bool
has_setpcap(void)
{
	cap_t had = cap_get_proc();
	cap_flag_value_t has = CAP_CLEAR;

	if (had != NULL)
		cap_get_flag(had, CAP_SETPCAP, CAP_EFFECTIVE, &has);
	cap_free(had);
	return has == CAP_SET;
}

void
abilities_look(struct abilities *a)
{
	const unsigned others = CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS;

	*a = (struct abilities){ .bounding = has_setpcap(), .landlock = landlock_version() };
	a->namespaces = try_out(false, others, ALONE);
	a->mounts = try_out(false, CLONE_NEWNS, MOUNTS);
	a->users = try_users();
	a->proc = a->mounts && try_out(false, CLONE_NEWNS, PROC);
	/* asked only where it would be used */
	a->user_namespaces = (!a->mounts || !a->namespaces) && try_out(true, CLONE_NEWNS | others, MOUNTS);
}
