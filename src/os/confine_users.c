#include "os/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"

enum { LINE = 32 /* "4294967295 4294967295 1\n" */, LINES_MOST = 340 /* of a map: user_namespaces(7) */ };

/* Both maps, each with its length, in one block. */
struct users {
	size_t uid_length, gid_length;
	char maps[]; /* of users, then of groups */
};

/* ---- in the child: see steps.h ---- */

static bool
write_map(int process, const char *name, const char *map, size_t length)
{
	int fd = openat(process, name, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, map, length) == (ssize_t)length; /* all at once: user_namespaces(7) */

	if (fd >= 0)
		close(fd);
	return ok;
}

/* In the process that stays outside, where it has the rights to: PROCESS is /proc/PID of the other, which writes to the
 * pipe when it has its namespace. */
static int
name_users(const struct users *u, int process, const int *ends)
{
	char byte;

	close(ends[1]);
	return read(ends[0], &byte, 1) == 1 && write_map(process, "uid_map", u->maps, u->uid_length) &&
			write_map(process, "gid_map", u->maps + u->uid_length, u->gid_length) ?
		0 :
		1;
}

/* A fork, not a child on our memory: that belongs to the supervisor, and one is enough on it. */
static bool
take_users(const void *of)
{
	const struct users *u = of;
	int ends[2], process, status = -1;
	bool ok = false;
	long namer;

	if (syscall(SYS_pipe2, ends, O_CLOEXEC) != 0)
		return false;
	/* opened before the fork: there it would be the one who names them */
	process = open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);
	namer = process < 0 ? -1 : syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	if (namer == 0)
		syscall(SYS_exit_group, name_users(u, process, ends));
	if (namer > 0) {
		ok = syscall(SYS_unshare, CLONE_NEWUSER) == 0 && write(ends[1], "", 1) == 1;
		/* who was written nothing reads the end, and fails */
		close(ends[1]);
		ok = syscall(SYS_wait4, namer, &status, 0, NULL) == namer && ok && status == 0;
	}
	close(ends[0]);
	if (namer <= 0)
		close(ends[1]);
	if (process >= 0)
		close(process);
	return ok;
}

/* ---- when the configuration is loaded ---- */

static void
add_line(struct text *t, unsigned id)
{
	text_addf(t, "%u %u 1\n", id, id);
}

static bool
is_new(const gid_t *groups, size_t i, gid_t gid)
{
	for (size_t k = 0; k < i; k++)
		if (groups[k] == groups[i])
			return false;
	return groups[i] != 0 && groups[i] != gid;
}

bool
confine_users(struct steps *steps, uid_t uid, gid_t gid, const gid_t *groups, size_t count, struct err *err)
{
	size_t room = (count + 4) * LINE;
	struct users *u = calloc(1, sizeof *u + room);
	struct text uids, gids;
	bool ok;

	if (u == NULL)
		return err_set(err, errno, "cannot keep a user namespace");
	text_init(&uids, u->maps, room);
	add_line(&uids, 0);
	if (uid != 0)
		add_line(&uids, uid);
	text_init(&gids, u->maps + uids.len, room - uids.len);
	add_line(&gids, 0);
	if (gid != 0)
		add_line(&gids, gid);
	for (size_t i = 0; i < count; i++)
		if (is_new(groups, i, gid))
			add_line(&gids, groups[i]);
	u->uid_length = uids.len;
	u->gid_length = gids.len;
	ok = count < LINES_MOST - 2 ?
		steps_add(steps, STEP_RIGHTS, take_users, u, sizeof *u + room, err, "give it private_users") :
		err_set(err, 0, "private_users: more than %d groups", LINES_MOST - 3);
	free(u);
	return ok;
}
