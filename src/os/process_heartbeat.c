/* The heartbeat of a Gunicorn worker: an unlinked temporary file that it touches, and its master looks at
 * (gunicorn/workers/workertmp.py, 20.1.0 to 27.0.1). */
#include "os/process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/dirents.h"

enum {
	MOST_LOOKED_AT = 8192,          /* with preload_app, all that the application has opened comes before it */
	FIRST_WALL_SECOND = 1000000000, /* mtime below this is no date (2001), but seconds since boot */
};

/* Does this link lead to a heartbeat file? Gunicorn unlinks it at once, so the kernel adds " (deleted)" (d_path). */
static bool
is_heartbeat(int dir, const char *fd_name)
{
	static const char prefix[] = "/wgunicorn-", suffix[] = " (deleted)";
	char target[PATH_MAX + sizeof suffix];
	ssize_t n = readlinkat(dir, fd_name, target, sizeof target - 1);
	const char *name;

	if (n < (ssize_t)(sizeof prefix + sizeof suffix))
		return false;
	target[n] = '\0';
	if (strcmp(target + n - (sizeof suffix - 1), suffix) != 0)
		return false;
	name = strrchr(target, '/');
	return name != NULL && strncmp(name, prefix, sizeof prefix - 1) == 0;
}

/* Where the one heartbeat file of a process is; -1 when it has none, or several: a child just forked has those of its
 * elder siblings too, until it closes them (Arbiter.spawn_worker), and theirs must not be taken for its own. */
static int
find(int dir)
{
	struct dirents fds;
	int found = -1, n = 0;
	long fd;

	if (!dirents_open(&fds, dir, "."))
		return -1;
	for (int i = 0; i < MOST_LOOKED_AT && (fd = dirents_next_number(&fds)) >= 0; i++) {
		char name[24];

		snprintf(name, sizeof name, "%ld", fd);
		if (!is_heartbeat(dir, name))
			continue;
		found = (int)fd;
		n++;
	}
	dirents_close(&fds);
	return n == 1 ? found : -1;
}

/* fstat(2) of what descriptor FD of process PID leads to; a stat through the link needs no name to be there. */
static bool
look(pid_t pid, int fd, struct stat *st)
{
	char path[48];

	snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)pid, fd);
	return stat(path, st) == 0;
}

/* Is the file where it was? A regular file without a name: the number may have gone to another one. */
static bool
is_still_there(pid_t pid, int fd, struct stat *st)
{
	return fd >= 0 && look(pid, fd, st) && S_ISREG(st->st_mode) && st->st_nlink == 0 && st->st_size == 0;
}

static enum heartbeat
judge(const struct stat *st)
{
	/* mkstemp(3) gives mode 0600; up to 21 a beat flips it between 0 and 1 */
	if ((st->st_mode & 0777) <= 1)
		return HEARTBEAT_BEATING;
	/* from 22 a beat sets mtime to CLOCK_MONOTONIC; no machine has been up for 31 years */
	return st->st_mtim.tv_sec < FIRST_WALL_SECOND ? HEARTBEAT_BEATING : HEARTBEAT_BOOTING;
}

static msec
milliseconds(struct timespec t)
{
	return (msec)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* From 22 on a beat is told by the clock that nobody sets, and so is its age: where the wall clock is set by an hour, nobody
 * hangs for it. */
static msec
age_of(const struct stat *st, msec wall, msec now)
{
	msec age = st->st_mtim.tv_sec < FIRST_WALL_SECOND ? now - milliseconds(st->st_mtim) :
							    wall - milliseconds(st->st_ctim);

	/* the kernel's coarse clock is up to a tick behind, and a wall clock may be set back */
	return age < 0 ? 0 : age;
}

int
process_heartbeat_hold(pid_t pid, int fd)
{
	char path[48];

	snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)pid, fd);
	return open(path, O_PATH | O_CLOEXEC);
}

enum heartbeat
process_heartbeat_held(int held, msec wall, msec now, msec *age)
{
	struct stat st;

	if (held < 0 || fstat(held, &st) != 0)
		return HEARTBEAT_UNKNOWN;
	*age = age_of(&st, wall, now);
	return judge(&st);
}

enum heartbeat
process_heartbeat(pid_t pid, int *fd, msec wall, msec now, msec *age)
{
	char path[32];
	struct stat st;
	int dir;

	/* at its number of the last look: one stat(2) a worker, and no directory to be read */
	if (!is_still_there(pid, *fd, &st)) {
		snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
		dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (dir < 0)
			return HEARTBEAT_UNKNOWN;
		*fd = find(dir);
		close(dir);
		if (*fd < 0 || !look(pid, *fd, &st))
			return HEARTBEAT_NONE;
	}
	*age = age_of(&st, wall, now);
	return judge(&st);
}
