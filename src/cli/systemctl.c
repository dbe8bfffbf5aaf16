#include "cli/systemctl.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* Run WORDS; what it prints goes to OUTPUT. */
static bool
run(const char *const *words, int output, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	char *argv[SYSTEMCTL_UNITS + 8];
	size_t n = 0;
	int error;

	/* posix_spawn(3) takes writable words, and writes to none */
	for (; words[n] != NULL; n++)
		memcpy(&argv[n], &words[n], sizeof argv[n]);
	argv[n] = NULL;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
	error = posix_spawnp(pid, "systemctl", &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	errno = error;
	return error == 0;
}

static bool
ended_well(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return false;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* All that FD gives; more than SIZE is read and forgotten, so that nobody waits for us. */
static void
take_value(int fd, char *value, size_t size)
{
	size_t length = 0;
	char rest[256];
	ssize_t n;

	while ((n = length < size - 1 ? read(fd, value + length, size - 1 - length) : read(fd, rest, sizeof rest)) > 0)
		length += length < size - 1 ? (size_t)n : 0;
	value[length] = '\0';
	value[strcspn(value, "\n")] = '\0';
}

bool
systemctl_show(const char *unit, const char *property, char *value, size_t size, struct trouble *t)
{
	const char *const words[] = { "systemctl", "show", "--value", "--property", property, "--", unit, NULL };
	int ends[2];
	bool ok;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return trouble_set(t, CLI_FAILED, errno, "cannot make a pipe");
	ok = run(words, ends[1], &pid);
	close(ends[1]); /* else our own end would keep the other one from ever ending */
	if (!ok)
		trouble_set(t, CLI_FAILED, errno, "cannot run systemctl");
	else
		take_value(ends[0], value, size);
	close(ends[0]);
	return ok && (ended_well(pid) || trouble_set(t, CLI_FAILED, 0, "systemctl show %s failed", unit));
}

/* OPTION: NULL for none. */
static bool
run_verb(const char *verb, const char *option, const char *const *units, struct trouble *t)
{
	const char *words[SYSTEMCTL_UNITS + 5] = { "systemctl", verb };
	size_t n = 2;
	pid_t pid;

	if (option != NULL)
		words[n++] = option;
	if (units[0] != NULL)
		words[n++] = "--";
	for (size_t i = 0; i < SYSTEMCTL_UNITS && units[i] != NULL; i++)
		words[n++] = units[i];
	/* its words go where ours about it go: standard output is for what we say */
	if (!run(words, STDERR_FILENO, &pid))
		return trouble_set(t, CLI_FAILED, errno, "cannot run systemctl");
	return ended_well(pid) ||
		trouble_set(t, CLI_FAILED, 0, "systemctl %s %s failed", verb, units[0] != NULL ? units[0] : "");
}

bool
systemctl_do(const char *verb, const char *const *units, struct trouble *t)
{
	return run_verb(verb, NULL, units, t);
}

bool
systemctl_stop_alone(const char *const *units, struct trouble *t)
{
	return run_verb("stop", "--job-mode=ignore-dependencies", units, t);
}
