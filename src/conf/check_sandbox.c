/*
 * check_sandbox -- sandboxes that hide what the service needs, or do nothing.
 */
#include "conf/check_rules.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/pathname.h"
#include "conf/bindpath.h"
#include "conf/tmpfs.h"
#include "sandbox/nameset.h"

static uint64_t
capabilities(const struct conf_words *words)
{
	return nameset_resolve(NAMESET_CAPABILITIES, words->at, words->count);
}

/* What is not in the bounding set cannot be gained by execve(2), nor be made ambient (capabilities(7)). */
static bool
ambient_is_outside_bounding(const struct check *c)
{
	const struct conf_service *s = &c->service;

	return s->capability_bounding_set.count > 0 &&
		(capabilities(&s->ambient_capabilities) & ~capabilities(&s->capability_bounding_set)) != 0;
}

static bool
error_number_without_filter(const struct check *c)
{
	return check_is_set(c, "system_call_error_number") && c->service.system_call_filter.count == 0;
}

static bool
nothing_to_except_from(const struct check *c)
{
	const struct conf_service *s = &c->service;

	return s->read_write_paths.count > 0 && s->protect_system == CONF_SYSTEM_OPEN &&
		s->protect_home == CONF_HOME_OPEN && s->read_only_paths.count == 0 &&
		s->bind_read_only_paths.count == 0 && s->inaccessible_paths.count == 0 && s->private_tmp != 1 &&
		s->private_devices != 1;
}

/* Heartbeats are files in a temporary directory (gunicorn/workers/workertmp.py); from 25 on that is one of ours. */
static bool
heartbeats_have_no_place(const struct check *c)
{
	return c->section->kind == CONF_GUNICORN && c->service.protect_system == CONF_SYSTEM_STRICT &&
		c->service.private_tmp != 1 && c->service.temporary_file_system.count == 0 &&
		c->service.read_write_paths.count == 0 && c->service.bind_paths.count == 0 &&
		check_passed(c, "worker_tmp_dir")[0] == '\0' && c->gunicorn.major > 0 && c->gunicorn.major < 25;
}

/* clang-format off */
static const struct check_rule rules[] = {
	{ ambient_is_outside_bounding, CONF_ERROR, "ambient_capabilities",
		"ambient_capabilities has some that capability_bounding_set takes away: add them there" },
	{ error_number_without_filter, CONF_WARNING, "system_call_error_number",
		"system_call_error_number has no effect without system_call_filter" },
	{ nothing_to_except_from, CONF_WARNING, "read_write_paths",
		"read_write_paths has no effect: nothing is read-only (protect_system = strict makes everything so)" },
	{ heartbeats_have_no_place, CONF_ERROR, "protect_system",
		"protect_system = strict leaves Gunicorn no place for heartbeats: add private_tmp = yes" },
};
/* clang-format on */

/* Is PATH, or what holds it, among PATHS? Those keep it in sight. */
static bool
is_kept(const char *path, const struct conf_words *paths)
{
	for (uint32_t i = 0; i < paths->count; i++)
		if (pathname_is_below(path, paths->at[i] + (paths->at[i][0] == '-')))
			return true;
	return false;
}

/* Is something to be seen by WORDS at what holds PATH, or with AT_ITSELF at PATH? */
static bool
is_bound(const char *path, const struct conf_words *words, bool at_itself)
{
	struct bindpath bound;
	struct err err;

	for (uint32_t i = 0; i < words->count; i++) {
		const char *rest =
			bindpath_parse(words->at[i], &bound, &err) ? pathname_rest(path, bound.destination) : NULL;

		if (rest != NULL && (at_itself || rest[0] != '\0'))
			return true;
	}
	return false;
}

bool
check_is_bound(const struct conf_service *s, const char *path)
{
	return is_bound(path, &s->bind_paths, true) || is_bound(path, &s->bind_read_only_paths, true);
}

static bool
is_home(const char *path)
{
	return pathname_is_below(path, "/home") || pathname_is_below(path, "/root") ||
		pathname_is_below(path, "/run/user");
}

static bool
is_temporary(const char *path)
{
	return pathname_is_below(path, "/tmp") || pathname_is_below(path, "/var/tmp");
}

/* Does PATH lie in something empty, where places for what is bound are made? */
static bool
is_in_empty(const struct conf_service *s, const char *path)
{
	return tmpfs_hold(&s->temporary_file_system, path) || (s->private_tmp == 1 && is_temporary(path)) ||
		(s->protect_home == CONF_HOME_TMPFS && is_home(path));
}

static void
cut_last(char *path)
{
	char *slash = strrchr(path, '/');

	slash[slash == path ? 1 : 0] = '\0';
}

static bool
is_roots(const char *directory)
{
	struct stat st;

	return lstat(directory, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == 0 &&
		((st.st_mode & 022) == 0 || (st.st_mode & S_ISVTX) != 0);
}

/* Will the place at PATH be made, at a start? Only where all of the way that is there is root's (os/view_deeds.h), whose links are
 * followed as they are then; or ours, who run as nobody else. */
static bool
is_made(const char *path)
{
	char above[PATH_MAX], way[PATH_MAX];
	bool roots;

	snprintf(above, sizeof above, "%s", path);
	do
		cut_last(above);
	while (realpath(above, way) == NULL && above[1] != '\0');
	if (geteuid() != 0)
		return access(above, W_OK) == 0;
	while ((roots = is_roots(way)) && way[1] != '\0')
		cut_last(way);
	return roots;
}

/* As systemd does, places to bind to are made; but not where a service could say where that is. */
static void
check_bound(const struct check *c, const char *key, const struct conf_words *words)
{
	struct bindpath bound;
	struct err err;

	for (uint32_t i = 0; i < words->count; i++) {
		if (!bindpath_parse(words->at[i], &bound, &err))
			continue;
		if (check_is_missing(bound.source)) {
			if (!bound.may_miss)
				check_say(c, CONF_WARNING, key,
					"%s: '%s' is not there, and it does not start without: a - in front "
					"of it passes over what is missing",
					key, bound.source);
		} else if (check_is_missing(bound.destination) && !is_in_empty(&c->service, bound.destination) &&
			!is_bound(bound.destination, &c->service.bind_paths, false) &&
			!is_bound(bound.destination, &c->service.bind_read_only_paths, false) &&
			!is_made(bound.destination))
			check_say(c, CONF_WARNING, key,
				"%s: '%s' is not there, for something to be seen at it, nor is it root's to "
				"make: make it",
				key, bound.destination);
	}
}

/* The bind at place I of both keys together. False behind the last one. */
static bool
take_bind(const struct conf_service *s, uint32_t i, struct bindpath *bound)
{
	const struct conf_words *words = i < s->bind_paths.count ? &s->bind_paths : &s->bind_read_only_paths;
	struct err err;

	i -= words == &s->bind_paths ? 0 : s->bind_paths.count;
	return i < words->count && bindpath_parse(words->at[i], bound, &err);
}

/* systemd lays one over the other; a start that has two of them fails (view_bind). */
static void
check_bound_twice(const struct check *c)
{
	struct bindpath a, b;

	for (uint32_t i = 1; take_bind(&c->service, i, &b); i++)
		for (uint32_t k = 0; k < i && take_bind(&c->service, k, &a); k++)
			if (strcmp(a.destination, b.destination) == 0 && strcmp(a.source, b.source) != 0)
				check_say(c, CONF_ERROR,
					i < c->service.bind_paths.count ? "bind_paths" : "bind_read_only_paths",
					"'%s' and '%s' are both to be seen at '%s'", a.source, b.source, a.destination);
}

/* PATH, of KEY, must be there in what is bound above it. */
static void
check_within_bound(const struct check *c, const char *key, const char *path)
{
	struct bindpath bound;

	for (uint32_t i = 0; take_bind(&c->service, i, &bound); i++) {
		const char *rest = pathname_rest(path, bound.destination);
		char outside[PATH_MAX];

		if (rest == NULL || rest[0] == '\0' || !bindpath_is_elsewhere(&bound) ||
			snprintf(outside, sizeof outside, "%s%s", bound.source, rest) >= (int)sizeof outside)
			continue;
		if (check_is_missing(outside) && !is_made(outside))
			check_say(c, CONF_ERROR, key,
				"%s: '%s' is within what is bound to '%s', where it is not there, nor is it root's to "
				"make: make '%s'",
				key, path, bound.destination, outside);
	}
}

/* Directories that are made for it, for a bridled that has them where the system does. */
static void
check_own_within_bound(const struct check *c)
{
	const struct conf_service *s = &c->service;
	const struct {
		const char *key, *base;
		const struct conf_words *names;
	} kinds[] = { { "runtime_directory", RUNSTATEDIR, &s->runtime_directory },
		{ "state_directory", LOCALSTATEDIR "/lib", &s->state_directory },
		{ "cache_directory", LOCALSTATEDIR "/cache", &s->cache_directory },
		{ "logs_directory", LOCALSTATEDIR "/log", &s->logs_directory } };

	for (size_t k = 0; geteuid() == 0 && k < sizeof kinds / sizeof kinds[0]; k++)
		for (uint32_t i = 0; i < kinds[k].names->count; i++) {
			char path[PATH_MAX];

			snprintf(path, sizeof path, "%s/%s", kinds[k].base, kinds[k].names->at[i]);
			check_within_bound(c, kinds[k].key, path);
		}
}

static void
check_temporary(const struct check *c)
{
	const struct conf_words *words = &c->service.temporary_file_system;
	struct tmpfs t;
	struct err err;

	for (uint32_t i = 0; i < words->count; i++) {
		if (!tmpfs_parse(words->at[i], &t, &err))
			continue;
		if (check_is_missing(t.path) && !is_bound(t.path, &c->service.bind_paths, false) && !is_made(t.path))
			check_say(c, CONF_WARNING, "temporary_file_system",
				"temporary_file_system: '%s' is not there, for something to be laid over it, nor is it "
				"root's to make: make it",
				t.path);
	}
}

/* The key that hides PATH, or NULL. By names, as they are written: links are not followed here. */
static const char *
hidden_by(const struct conf_service *s, const char *path)
{
	bool bound = check_is_bound(s, path);
	bool kept = bound || is_kept(path, &s->read_write_paths) || is_kept(path, &s->read_only_paths);

	if (tmpfs_hold(&s->temporary_file_system, path) && !bound)
		return "temporary_file_system";
	if (s->private_tmp == 1 && !kept && is_temporary(path))
		return "private_tmp";
	if (is_home(path) && (s->protect_home == CONF_HOME_HIDDEN || (s->protect_home == CONF_HOME_TMPFS && !kept)))
		return "protect_home";
	return is_kept(path, &s->inaccessible_paths) ? "inaccessible_paths" : NULL;
}

/* What is taken away stays away; what is empty may have something in it. */
static const char *
way_out(const struct check *c, const char *key)
{
	if (strcmp(key, "inaccessible_paths") == 0)
		return "";
	if (strcmp(key, "protect_home") == 0 && c->service.protect_home == CONF_HOME_HIDDEN)
		return ": protect_home = tmpfs, with bind_read_only_paths, keeps it in sight";
	return ": bind_read_only_paths can keep it in sight";
}

void
check_sandbox(const struct check *c)
{
	const char *const needed[] = { c->service.directory, c->service.virtualenv, c->command };

	check_apply(c, rules, sizeof rules / sizeof rules[0]);
	check_temporary(c);
	check_bound(c, "bind_paths", &c->service.bind_paths);
	check_bound(c, "bind_read_only_paths", &c->service.bind_read_only_paths);
	check_bound_twice(c);
	check_own_within_bound(c);
	for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
		const char *key = needed[i][0] == '/' ? hidden_by(&c->service, needed[i]) : NULL;

		if (key != NULL) {
			check_say(c, CONF_ERROR, key, "%s hides '%s', which the service needs%s", key, needed[i],
				way_out(c, key));
			/* one is enough: most often the others lie in the same place */
			return;
		}
	}
}
