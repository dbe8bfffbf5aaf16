/*
 * directories.c -- paths are worked out once; whether what is there may be used is judged each time by os/rundir, which
 * walks to it as a service's user could have bent the way.
 */
#include "supervisor/directories.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/pathname.h"
#include "os/path.h"
#include "os/rundir.h"

const char *const directory_keys[DIRECTORY_KINDS] = { "runtime_directory", "state_directory", "cache_directory",
	"logs_directory", "configuration_directory" };
const char *const directory_variables[DIRECTORY_KINDS] = { "RUNTIME_DIRECTORY", "STATE_DIRECTORY", "CACHE_DIRECTORY",
	"LOGS_DIRECTORY", "CONFIGURATION_DIRECTORY" };

/* For root, below --root, and for a plain user: a variable, or a place in HOME (systemd.exec(5)). */
static const struct {
	const char *system, *below_root, *variable, *behind, *home;
} places[DIRECTORY_KINDS] = {
	[DIRECTORY_RUNTIME] = { RUNSTATEDIR, "runtime", "XDG_RUNTIME_DIR", "", NULL },
	[DIRECTORY_STATE] = { LOCALSTATEDIR "/lib", "state", "XDG_STATE_HOME", "", "/.local/state" },
	[DIRECTORY_CACHE] = { LOCALSTATEDIR "/cache", "cache", "XDG_CACHE_HOME", "", "/.cache" },
	[DIRECTORY_LOGS] = { LOCALSTATEDIR "/log", "logs", "XDG_STATE_HOME", "/log", "/.local/state/log" },
	[DIRECTORY_CONFIGURATION] = { SYSCONFDIR, "configuration", "XDG_CONFIG_HOME", "", "/.config" },
};

/* Relative ones are to be ignored (XDG Base Directory Specification). */
static const char *
absolute_variable(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && value[0] == '/' ? value : NULL;
}

/* 0 and NULL: nothing says where that is. Only a service that asks for it fails then (plan_directories.c). */
static int
name_base(char **base, int kind, const char *root)
{
	const char *value = absolute_variable(places[kind].variable), *home = absolute_variable("HOME");

	*base = NULL;
	if (root != NULL)
		return asprintf(base, "%s/%s", root, places[kind].below_root);
	if (geteuid() == 0)
		return asprintf(base, "%s", places[kind].system);
	if (value != NULL)
		return asprintf(base, "%s%s", value, places[kind].behind);
	return home != NULL && places[kind].home != NULL ? asprintf(base, "%s%s", home, places[kind].home) : 0;
}

bool
directories_bases(char *bases[DIRECTORY_KINDS], const char *root, struct err *err)
{
	/* a service may start in another directory than we did */
	char *absolute = root != NULL ? realpath(root, NULL) : NULL;
	bool ok = root == NULL || absolute != NULL;

	for (int kind = 0; ok && kind < DIRECTORY_KINDS; kind++)
		ok = name_base(&bases[kind], kind, absolute) >= 0;
	free(absolute);
	return ok || err_set(err, errno, "cannot name directories");
}

void
directories_free_bases(char *bases[DIRECTORY_KINDS])
{
	for (int kind = 0; kind < DIRECTORY_KINDS; kind++)
		free(bases[kind]);
}

/* In the order in which they are written: a later one may be within an earlier. */
bool
directories_make(const struct directories *d, uid_t uid, gid_t gid, struct err *err)
{
	for (uint32_t i = 0; i < d->count; i++) {
		int fd = rundir_open(d->at[i].path, uid, gid, d->at[i].mode, err);

		if (fd < 0)
			return err_prefix(err, "%s", directory_keys[d->at[i].kind]);
		close(fd);
	}
	return true;
}

bool
directories_remove(const struct directories *d, uid_t uid, gid_t gid)
{
	bool all = true;

	if (d->preserve) /* runtime_directory_preserve */
		return true;
	/* the last first: it may be within another */
	for (uint32_t i = d->count; i > 0; i--) {
		const struct directory *one = &d->at[i - 1];
		struct path_way way;

		/* state, cache, logs and settings outlive it (systemd.exec(5)) */
		if (one->kind != DIRECTORY_RUNTIME || !path_walk(&way, one->path, uid, gid, false, NULL))
			continue;
		all = rundir_remove(way.dir, way.name, RUNDIR_MOST) && all;
		close(way.dir);
	}
	return all;
}

bool
directories_touch(const struct directories *a, const struct directories *b)
{
	for (uint32_t i = 0; i < a->count; i++)
		for (uint32_t k = 0; a->at[i].kind == DIRECTORY_RUNTIME && k < b->count; k++)
			if (pathname_is_below(b->at[k].path, a->at[i].path))
				return true;
	return false;
}

/* NAME=PATH:PATH, as systemd joins them (systemd.exec(5), RuntimeDirectory=). */
char *
directories_variable(const struct directories *d, enum directory_kind kind)
{
	size_t size = strlen(directory_variables[kind]) + 2, n;
	bool any = false;
	char *words;

	for (uint32_t i = 0; i < d->count; i++)
		if (d->at[i].kind == kind)
			size += strlen(d->at[i].path) + 1, any = true;
	words = any ? malloc(size) : NULL;
	if (words == NULL)
		return NULL;
	n = (size_t)snprintf(words, size, "%s", directory_variables[kind]);
	for (uint32_t i = 0; i < d->count; i++)
		if (d->at[i].kind == kind) {
			n += (size_t)snprintf(words + n, size - n, "%c%s", any ? '=' : ':', d->at[i].path);
			any = false;
		}
	return words;
}
