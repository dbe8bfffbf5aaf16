/*
 * ipc.c -- run in a process that has become the user: the kernel asks whether each thing is that user's, so a list
 * that changes while it is read costs nothing.
 */
#include "os/ipc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

static int
remove_segment(int id)
{
	return shmctl(id, IPC_RMID, NULL);
}

static int
remove_semaphores(int id)
{
	return semctl(id, 0, IPC_RMID);
}

static int
remove_queue(int id)
{
	return msgctl(id, IPC_RMID, NULL);
}

/* Lists of the kernel (proc(5), sysvipc): the id comes second, and the owner at a place of its own. */
static const struct {
	const char *path;
	unsigned owner; /* field, from 0 */
	int (*remove)(int id);
} lists[] = {
	{ "/proc/sysvipc/shm", 7, remove_segment },
	{ "/proc/sysvipc/sem", 4, remove_semaphores },
	{ "/proc/sysvipc/msg", 7, remove_queue },
};

/* Field N of LINE, from 0, as a number; -1 when there is none. */
static long
field(const char *line, unsigned n)
{
	for (; n > 0 && *line != '\0'; n--) { /* the heading has words where numbers stand: -1, and no owner */
		line += strspn(line, " ");
		line += strcspn(line, " ");
	}
	line += strspn(line, " ");
	return *line >= '0' && *line <= '9' ? strtol(line, NULL, 10) : -1;
}

/* Of what somebody else removed meanwhile there is nothing to say. */
static bool
remove_listed(unsigned list)
{
	FILE *lines = fopen(lists[list].path, "re");
	char line[256];
	bool all = true;

	while (lines != NULL && fgets(line, sizeof line, lines) != NULL)
		if (field(line, lists[list].owner) == (long)getuid() && lists[list].remove((int)field(line, 1)) != 0 &&
			errno != EINVAL && errno != EIDRM)
			all = false;
	if (lines != NULL)
		fclose(lines);
	return all;
}

/* POSIX shared memory and queues are files (shm_overview(7), mq_overview(7)); where it is not mounted there are none. */
static bool
remove_files(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	struct stat st;
	bool all = true;

	while (dir != NULL && (entry = readdir(dir)) != NULL)
		if (fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
			st.st_uid == getuid() && unlinkat(dirfd(dir), entry->d_name, 0) != 0 && errno != ENOENT)
			all = false;
	if (dir != NULL)
		closedir(dir);
	return all;
}

bool
ipc_remove_own(void)
{
	bool all = true;

	for (unsigned i = 0; i < sizeof lists / sizeof lists[0]; i++)
		all = remove_listed(i) && all;
	all = remove_files("/dev/shm") && all;
	return remove_files("/dev/mqueue") && all;
}
