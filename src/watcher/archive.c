#include "watcher/archive.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "watcher/rotation.h"

/* Files removed in a look; looks at a time: more are left for the next rotation, so that a directory of thousands holds nobody
 * up. */
enum { AT_ONCE = 16, ROUNDS = 16 };

/* A look at a directory: how many finished files, the newest, the AT_ONCE oldest (sorted). */
struct census {
	uint32_t count, old_count;
	msec newest, oldest[AT_ONCE];
};

static void
count_one(struct census *c, msec wall)
{
	uint32_t i = c->old_count;

	c->count++;
	if (wall > c->newest)
		c->newest = wall;
	if (i == AT_ONCE && wall >= c->oldest[i - 1]) /* younger than all that are kept in mind */
		return;
	if (i < AT_ONCE)
		c->old_count++;
	else
		i--;
	for (; i > 0 && c->oldest[i - 1] > wall; i--)
		c->oldest[i] = c->oldest[i - 1];
	c->oldest[i] = wall;
}

/* O_NOFOLLOW: what a link there leads to is no directory of logs. */
static int
open_directory(int log_dir, const char *service)
{
	return openat(log_dir, service, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* Takes DIR_FD. */
static void
take_census(int dir_fd, struct census *c)
{
	DIR *dir = fdopendir(dir_fd);
	struct dirent *entry;
	msec wall;

	*c = (struct census){ .newest = -1 };
	if (dir == NULL) {
		close(dir_fd);
		return;
	}
	while ((entry = readdir(dir)) != NULL)
		if (rotation_time(entry->d_name, &wall))
			count_one(c, wall);
	closedir(dir);
}

static bool
look(int log_dir, const char *service, struct census *c)
{
	int fd = open_directory(log_dir, service);

	if (fd < 0)
		return false;
	take_census(fd, c);
	return true;
}

static void
remove_one(int log_dir, const char *service, msec wall)
{
	char name[ROTATION_NAME], path[128];

	rotation_name(name, wall);
	snprintf(path, sizeof path, "%s/%s", service, name);
	unlinkat(log_dir, path, 0);
}

/* Returns whether there is more to remove. */
static bool
remove_oldest(int log_dir, const char *service, const struct census *c, uint32_t keep)
{
	uint32_t excess = c->count > keep ? c->count - keep : 0;

	for (uint32_t i = 0; i < excess && i < c->old_count; i++)
		remove_one(log_dir, service, c->oldest[i]);
	return excess > c->old_count;
}

void
archive_prune(int log_dir, const char *service, uint32_t keep)
{
	struct census c;

	for (unsigned i = 0; i < ROUNDS; i++)
		if (!look(log_dir, service, &c) || !remove_oldest(log_dir, service, &c, keep))
			return;
}

bool
archive_add(int log_dir, const char *service, uint32_t keep, msec wall, struct err *err)
{
	char name[ROTATION_NAME], from[128], to[128];
	struct census c;

	if (!look(log_dir, service, &c))
		return err_set(err, errno, "cannot read log directory of '%s'", service);
	/* names must grow, or what is older would be taken for newer and removed too late */
	if (wall <= c.newest)
		wall = c.newest + 1;
	rotation_name(name, wall);
	snprintf(from, sizeof from, "%s/current", service);
	snprintf(to, sizeof to, "%s/%s", service, name);
	/* the name is newer than all there are, and nobody else may write in this directory: nothing is replaced */
	if (renameat(log_dir, from, log_dir, to) != 0)
		return err_set(err, errno, "cannot rename log '%s' to '%s'", from, to);
	if (++c.count > keep)
		archive_prune(log_dir, service, keep);
	return true;
}
