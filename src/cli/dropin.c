#include "cli/dropin.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/systemctl.h"

/* Read after all others, in whatever directory they are: the last word counts. */
#define FILE_NAME "zz-bridle-takeover.conf"

#define WHOSE "# of bridle takeover, for one stop; of one that was killed, the next takes it away\n"

/* RemoveOnStop= (systemd.socket(5)) and RuntimeDirectoryPreserve= (systemd.exec(5)) keep files. The other two have the
 * stop kill at once (systemd.kill(5)), and count that as an ordinary end (SuccessExitStatus= of systemd.service(5)). */
static const char none[] = "";
static const char of_socket[] = WHOSE "[Socket]\nRemoveOnStop=no\n";
static const char of_service[] = WHOSE "[Service]\nRuntimeDirectoryPreserve=yes\n";
static const char of_service_killed[] =
	WHOSE "[Service]\nRuntimeDirectoryPreserve=yes\nKillSignal=SIGKILL\nSuccessExitStatus=SIGKILL\n";

static const char *
words_for(const char *unit, bool with_kill)
{
	const char *type = strrchr(unit, '.');

	if (type == NULL || (strcmp(type, ".service") != 0 && strcmp(type, ".socket") != 0))
		return none;
	if (strcmp(type, ".socket") == 0)
		return of_socket;
	return with_kill ? of_service_killed : of_service;
}

/* SYSTEMD_UNIT_PATH, as systemd has it, says where to look instead: the first of it is written to. */
static void
directory_of(const char *unit, char directory[PATH_MAX])
{
	const char *path = getenv("SYSTEMD_UNIT_PATH");

	if (path == NULL || path[0] == '\0')
		path = "/run/systemd/system";
	snprintf(directory, PATH_MAX, "%.*s/%s.d", (int)strcspn(path, ":"), path, unit);
}

static bool
put_one(const char *unit, const char *words, struct trouble *t)
{
	char directory[PATH_MAX], path[PATH_MAX + sizeof FILE_NAME + 1];
	int fd;
	bool ok;

	directory_of(unit, directory);
	snprintf(path, sizeof path, "%s/" FILE_NAME, directory);
	if (mkdir(directory, 0755) != 0 && errno != EEXIST)
		return trouble_set(t, CLI_FAILED, errno, "cannot make '%s'", directory);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
	ok = fd >= 0 && write(fd, words, strlen(words)) == (ssize_t)strlen(words);
	if (!ok)
		trouble_set(t, CLI_FAILED, errno, "cannot write '%s'", path);
	if (fd >= 0)
		close(fd);
	return ok;
}

/* Who keeps it from being read would find out by a stop that takes away what it was not to. */
static bool
is_heard(const char *service, bool with_kill, struct trouble *t)
{
	char signal[16];

	return !with_kill ||
		(systemctl_show(service, "KillSignal", signal, sizeof signal, t) &&
			(strcmp(signal, "9") == 0 ||
				trouble_set(t, CLI_FAILED, 0, "systemd does not read what is put beside %s", service)));
}

/* All files, then one reload for them, then the question whether it was heard: whatever fails, nothing of it stays. */
bool
dropin_put(const char *const *units, bool with_kill, struct trouble *t)
{
	bool ok = true;

	for (size_t i = 0; ok && units[i] != NULL; i++) {
		const char *words = words_for(units[i], with_kill);

		ok = words == none || put_one(units[i], words, t);
	}
	ok = ok && systemctl_do("daemon-reload", (const char *const[]){ NULL }, t) && is_heard(units[0], with_kill, t);
	if (!ok)
		dropin_take_away(units);
	return ok;
}

void
dropin_take_away(const char *const *units)
{
	char directory[PATH_MAX], path[PATH_MAX + sizeof FILE_NAME + 1];
	struct trouble ignored;
	bool was_there = false;

	for (size_t i = 0; units[i] != NULL; i++) {
		directory_of(units[i], directory);
		snprintf(path, sizeof path, "%s/" FILE_NAME, directory);
		was_there = unlink(path) == 0 || was_there;
		rmdir(directory); /* which stays when somebody else has something in it */
	}
	/* a reload has systemd read every unit there is: not for nothing */
	if (was_there)
		systemctl_do("daemon-reload", (const char *const[]){ NULL }, &ignored);
}
