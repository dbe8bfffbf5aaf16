/*
 * check_sandbox -- sandboxes that hide what the service needs, or do nothing.
 */
#include "conf/check_rules.h"

#include <string.h>

#include "base/pathname.h"
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
		s->inaccessible_paths.count == 0 && s->private_tmp != 1 && s->private_devices != 1;
}

/* Heartbeats are files in a temporary directory (gunicorn/workers/workertmp.py); from 25 on that is one of ours. */
static bool
heartbeats_have_no_place(const struct check *c)
{
	return c->section->kind == CONF_GUNICORN && c->service.protect_system == CONF_SYSTEM_STRICT &&
		c->service.private_tmp != 1 && c->service.read_write_paths.count == 0 &&
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

/* The key that hides PATH, or NULL. By names, as they are written: links are not followed here. */
static const char *
hidden_by(const struct conf_service *s, const char *path)
{
	bool kept = is_kept(path, &s->read_write_paths) || is_kept(path, &s->read_only_paths);
	bool home = pathname_is_below(path, "/home") || pathname_is_below(path, "/root") ||
		pathname_is_below(path, "/run/user");

	if (s->private_tmp == 1 && !kept && (pathname_is_below(path, "/tmp") || pathname_is_below(path, "/var/tmp")))
		return "private_tmp";
	if (home && (s->protect_home == CONF_HOME_HIDDEN || (s->protect_home == CONF_HOME_TMPFS && !kept)))
		return "protect_home";
	return is_kept(path, &s->inaccessible_paths) ? "inaccessible_paths" : NULL;
}

void
check_sandbox(const struct check *c)
{
	const char *const needed[] = { c->service.directory, c->service.virtualenv, c->command };

	check_apply(c, rules, sizeof rules / sizeof rules[0]);
	for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
		const char *key = needed[i][0] == '/' ? hidden_by(&c->service, needed[i]) : NULL;

		if (key != NULL) {
			check_say(c, CONF_ERROR, key, "%s hides '%s', which the service needs%s", key, needed[i],
				strcmp(key, "inaccessible_paths") == 0 ? "" : ": read_only_paths can keep it in sight");
			/* one is enough: most often the others lie in the same place */
			return;
		}
	}
}
