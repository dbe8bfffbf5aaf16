/*
 * check_places -- accounts, directories and files that must be there.
 *
 * Only what is surely missing is complained of: who may not look (EACCES) cannot know.
 */
#include "conf/check_rules.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

bool
check_is_missing(const char *path)
{
	struct stat st;

	return stat(path, &st) < 0 && (errno == ENOENT || errno == ENOTDIR);
}

static bool
is_surely_no_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && !S_ISDIR(st.st_mode);
}

/* An error, though it may be made later: a service that cannot be given to its user must not run as another one. */
static void
check_account(struct check *c)
{
	const struct conf_service *s = &c->service;
	struct account owner;
	struct err err;
	gid_t gid;

	c->has_account = account_find(&c->account, s->user, s->group, &err);
	if (!c->has_account)
		check_say(c, CONF_ERROR, check_is_set(c, "user") ? "user" : "group", "%s", err.text);
	if (s->user[0] == '\0' && geteuid() == 0 && c->section->kind == CONF_GUNICORN)
		check_say(c, CONF_WARNING, "user",
			"it would run as root: add user = NAME (user = root says that it is meant)");
	if (s->kind != CONF_GUNICORN)
		return;
	if (s->socket_owner[0] != '\0' && !account_find(&owner, s->socket_owner, s->socket_group, &err))
		check_say(c, CONF_ERROR, "socket_owner", "%s", err.text);
	else if (s->socket_group[0] != '\0' && !account_group(&gid, s->socket_group, &err))
		check_say(c, CONF_ERROR, "socket_group", "%s", err.text);
}

/* Whether the user of the service may do what MODE (R_OK, W_OK, X_OK of access(2)) says. Access lists are not
 * looked at, so "no" is a warning at most. */
static bool
may(const struct check *c, const struct stat *st, int mode)
{
	mode_t bits = (mode_t)mode; /* they are the bits for others */

	if (!c->has_account || c->account.uid == 0)
		return true;
	if (c->account.uid == st->st_uid)
		return ((st->st_mode >> 6) & bits) == bits;
	if (c->account.gid == st->st_gid)
		return ((st->st_mode >> 3) & bits) == bits;
	for (int i = 0; i < c->account.group_count; i++)
		if (c->account.groups[i] == st->st_gid)
			return ((st->st_mode >> 3) & bits) == bits;
	return (st->st_mode & bits) == bits;
}

/* Put that part of PATH, an absolute one, into PART which the user of the service may not enter or, at its end, execute.
 * False: there is none, as far as we may look. */
static bool
is_closed(const struct check *c, const char *path, char part[PATH_MAX])
{
	struct stat st;

	for (size_t n = 1; n < PATH_MAX; n++) {
		if (path[n] != '/' && path[n] != '\0')
			continue;
		memcpy(part, path, n);
		part[n] = '\0';
		if (stat(part, &st) == 0 && !may(c, &st, X_OK))
			return true;
		if (path[n] == '\0')
			return false;
	}
	return false;
}

/* Whoever may not enter where it starts fails in chdir(2), before anything of Gunicorn runs. Homes are closed to others on
 * many systems, and what is below them with them. */
static void
check_directory(const struct check *c)
{
	const char *path = c->service.directory;
	char part[PATH_MAX];

	if (path[0] == '\0' || check_is_bound(&c->service, path))
		return;
	if (check_is_missing(path))
		check_say(c, CONF_ERROR, "directory", "the directory '%s' is not there", path);
	else if (is_surely_no_directory(path))
		check_say(c, CONF_ERROR, "directory", "'%s' is not a directory", path);
	else if (is_closed(c, path, part))
		check_say(c, CONF_WARNING, "directory", "the user '%s' may not enter '%s': chmod o+x, or chown it",
			c->account.name, part);
}

/* A virtual environment's Python is a link to the one that made it: root's own (pyenv, uv) lies below /root, where no
 * other user gets in. What the kernel then says, "Permission denied", is said of the script. */
static void
check_interpreter(const struct check *c)
{
	char interpreter[PATH_MAX], real[PATH_MAX], part[PATH_MAX];

	if (c->command[0] == '\0' || !conf_interpreter(c->command, interpreter, sizeof interpreter) ||
		realpath(interpreter, real) == NULL || !is_closed(c, real, part))
		return;
	check_say(c, CONF_WARNING, c->service.virtualenv[0] != '\0' ? "virtualenv" : "command",
		"the user '%s' may not run '%s', the Python of '%s', for '%s' is closed to it: make the environment anew "
		"with one that everybody may run (/usr/bin/python3 -m venv)",
		c->account.name, real, c->command, part);
}

/* bin/python is what every tool that makes one puts there (PEP 405). */
static void
check_virtualenv(const struct check *c)
{
	const char *path = c->service.virtualenv;
	char python[PATH_MAX];
	struct text t;

	if (path[0] == '\0')
		return;
	text_init(&t, python, sizeof python);
	if (check_is_missing(path))
		check_say(c, CONF_ERROR, "virtualenv", "the virtual environment '%s' is not there: python3 -m venv %s",
			path, path);
	else if (text_addf(&t, "%s/bin/python", path) && check_is_missing(python))
		check_say(c, CONF_ERROR, "virtualenv", "'%s' is not a virtual environment: it has no bin/python", path);
}

/* Files that Gunicorn opens before it serves: without them it exits at once. */
static void
check_files(const struct check *c)
{
	static const char *const keys[] = { "certfile", "keyfile", "ca_certs", "logconfig", "logconfig_json", "chdir",
		"worker_tmp_dir" };
	char path[PATH_MAX];

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		const char *value = check_passed(c, keys[i]);

		if (value[0] != '\0' && check_path(c, value, path, sizeof path) && check_is_missing(path))
			check_say(c, CONF_ERROR, keys[i], "%s: '%s' is not there", keys[i], path);
	}
}

/* Read when the service is planned, which fails without it. */
static void
check_environment_files(const struct check *c)
{
	for (uint32_t i = 0; i < c->service.environment_file.count; i++) {
		const char *path = c->service.environment_file.at[i];

		if (path[0] != '-' && check_is_missing(path))
			check_say(c, CONF_ERROR, "environment_file",
				"the environment file '%s' is not there (-%s allows that)", path, path);
	}
}

/* Whether DIRECTORY is one that bridled makes before it opens the listener. Where below it lies is for bridled's own place
 * to say (--root): the end of the path is enough. */
static bool
is_made(const struct check *c, const char *directory)
{
	const struct conf_words *made = &c->service.runtime_directory;
	size_t n = strlen(directory);

	for (uint32_t i = 0; i < made->count; i++) {
		size_t m = strlen(made->at[i]);

		if (n > m && directory[n - m - 1] == '/' && strcmp(directory + n - m, made->at[i]) == 0)
			return true;
	}
	return false;
}

static void
check_socket_directory(const struct check *c, const char *path)
{
	const char *slash = strrchr(path, '/');
	char directory[PATH_MAX];
	struct text t;
	struct stat st;

	text_init(&t, directory, sizeof directory);
	/* "/x.sock" lies in "/" */
	if (!text_addn(&t, path, slash == path ? 1 : (size_t)(slash - path)))
		return;
	if (is_made(c, directory))
		return;
	if (check_is_missing(directory))
		check_say(c, CONF_ERROR, "bind",
			"the directory '%s' of the socket is not there: mkdir it, at each boot if it is below /run, or "
			"let runtime_directory make it",
			directory);
	else if (is_surely_no_directory(directory))
		check_say(c, CONF_ERROR, "bind", "'%s' is not a directory", directory);
	else if (stat(directory, &st) == 0 && (st.st_mode & S_IWOTH) != 0 && (st.st_mode & S_ISVTX) == 0)
		check_say(c, CONF_WARNING, "bind", "anybody may replace a socket in '%s': chmod o-w it", directory);
	/* run by hand without root, the check of a system's file cannot tell what root may write */
	else if (geteuid() != 0 && c->service.user[0] == '\0' && access(directory, W_OK) < 0 && errno == EACCES)
		check_say(c, CONF_WARNING, "bind",
			"we may not make a socket in '%s': run bridled as root, or choose another", directory);
}

/* What bridled finds there when it opens the listener, it replaces if nobody listens at it, and if it is a socket (os/listener). */
static void
check_socket_place(const struct check *c, const char *path)
{
	struct stat st;

	if (lstat(path, &st) == 0 && !S_ISSOCK(st.st_mode))
		check_say(c, CONF_WARNING, "bind", "'%s' is there and is no socket: remove it, or choose another path", path);
}

void
check_places(struct check *check)
{
	check_account(check);
	check_directory(check);
	check_interpreter(check);
	check_environment_files(check);
	if (check->section->kind != CONF_GUNICORN)
		return;
	check_virtualenv(check);
	check_files(check);
	for (uint32_t i = 0; i < check->service.bind.count; i++)
		if (check->service.bind.at[i].family == CONF_BIND_UNIX) {
			check_socket_directory(check, check->service.bind.at[i].path);
			check_socket_place(check, check->service.bind.at[i].path);
		}
}
