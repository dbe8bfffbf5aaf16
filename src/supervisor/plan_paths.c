/*
 * plan_paths -- the file system as a service is to see it: which way there is to give it, and the list of places.
 */
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "conf/bindpath.h"
#include "conf/tmpfs.h"
#include "supervisor/plan_making.h"

/* What Landlock can give as well; the rest takes mounts. */
static bool
asks_for_places(const struct conf_service *s)
{
	return s->protect_system != CONF_SYSTEM_OPEN || s->protect_home != CONF_HOME_OPEN ||
		s->read_write_paths.count > 0 || s->read_only_paths.count > 0 || s->inaccessible_paths.count > 0 ||
		s->bind_paths.count > 0 || s->bind_read_only_paths.count > 0 || is_on(s->protect_kernel_tunables) ||
		is_on(s->protect_kernel_modules) || is_on(s->protect_kernel_logs) || is_on(s->protect_control_groups);
}

static bool
asks_for_mounts(const struct conf_service *s)
{
	return is_on(s->private_tmp) || is_on(s->private_devices) || is_on(s->private_mounts) ||
		s->temporary_file_system.count > 0 || s->protect_proc != CONF_PROC_DEFAULT ||
		s->proc_subset != CONF_PROC_ALL;
}

bool
plan_has_credentials(const struct conf_service *s)
{
	return s->load_credential.count + s->set_credential.count > 0;
}

bool
plan_asks_for_paths(const struct conf_service *s)
{
	return asks_for_places(s) || asks_for_mounts(s);
}

bool
plan_may_use_user_namespace(const struct making *m)
{
	return m->can.user_namespaces && !m->plan->change_user;
}

bool
plan_has_mounts(const struct making *m)
{
	return m->way == WAY_MOUNTS || m->way == WAY_USER_NAMESPACE;
}

static const char no_mounts[] = "it needs a mount namespace, which neither our rights nor a user namespace give here";
static const char no_paths[] = "there is neither a mount namespace nor Landlock here";
static const char no_proc[] = "/proc cannot be mounted anew here: that takes root";

/* ---- paths ---- */

static bool
add_all(struct making *m, enum view_kind kind, const char *const *paths, struct err *err)
{
	for (; *paths != NULL; paths++)
		if (!view_add(m->view, kind, *paths, true, NULL, err))
			return false;
	return true;
}

/* Those that the user names must be there, unless a - says otherwise: a typing error would leave a hole. */
static bool
add_listed(struct making *m, enum view_kind kind, const struct conf_words *paths, struct err *err)
{
	for (uint32_t i = 0; i < paths->count; i++) {
		bool may_miss = paths->at[i][0] == '-';

		if (!view_add(m->view, kind, paths->at[i] + may_miss, may_miss, NULL, err))
			return false;
	}
	return true;
}

/* Without mounts what is in its own place is kept there; for the rest miss_paths() has said so. */
static bool
add_bound(struct making *m, enum view_kind kind, const struct conf_words *words, struct err *err)
{
	struct bindpath bound;

	for (uint32_t i = 0; i < words->count; i++)
		if (!bindpath_parse(words->at[i], &bound, err) ||
			((plan_has_mounts(m) || !bindpath_is_elsewhere(&bound)) &&
				!view_bind(m->view, kind, bound.source, bound.destination, bound.may_miss, bound.alone,
					err)))
			return false;
	return true;
}

static bool
any_elsewhere(const struct conf_words *words)
{
	struct bindpath bound;
	struct err err;

	for (uint32_t i = 0; i < words->count; i++)
		if (bindpath_parse(words->at[i], &bound, &err) && bindpath_is_elsewhere(&bound))
			return true;
	return false;
}

static bool
add_empty(struct making *m, const char *path, const char *options, bool sealed, struct err *err)
{
	unsigned before = m->view->count;

	if (!view_add(m->view, VIEW_EMPTY, path, true, options, err))
		return false;
	if (m->view->count > before) { /* else it is a place already, which stays as it was asked for */
		m->view->at[before]->sealed = sealed;
		m->view->at[before]->no_devices = true;
	}
	return true;
}

/* Where there are no mounts, miss_paths() has said so. */
static bool
add_temporary(struct making *m, const struct conf_words *words, struct err *err)
{
	struct tmpfs t;

	for (uint32_t i = 0; plan_has_mounts(m) && i < words->count; i++)
		if (!tmpfs_parse(words->at[i], &t, err) ||
			!view_empty(m->view, t.path, t.limits, t.read_only, t.no_exec, err))
			return false;
	return true;
}

static bool
add_private(struct making *m, struct err *err)
{
	static const char *const hidepid[] = { [CONF_PROC_DEFAULT] = "off",
		[CONF_PROC_NOACCESS] = "noaccess",
		[CONF_PROC_INVISIBLE] = "invisible",
		[CONF_PROC_PTRACEABLE] = "ptraceable" };
	const struct conf_service *s = m->s;

	if (is_on(s->private_tmp) &&
		!(add_empty(m, "/tmp", "mode=1777", false, err) && add_empty(m, "/var/tmp", "mode=1777", false, err)))
		return false;
	if (is_on(s->private_devices) && !view_add_devices(m->view, err))
		return false;
	if (s->protect_proc == CONF_PROC_DEFAULT && s->proc_subset == CONF_PROC_ALL)
		return true;
	snprintf(m->proc, sizeof m->proc, "hidepid=%s%s", hidepid[s->protect_proc],
		s->proc_subset == CONF_PROC_PID ? ",subset=pid" : "");
	/* else miss_paths() has said so */
	return !m->can.proc || view_add(m->view, VIEW_PROC, "/proc", false, m->proc, err);
}

static bool
add_system(struct making *m, struct err *err)
{
	/* which they are: systemd.exec(5), ProtectSystem= */
	static const char *const system[] = { "/usr", "/boot", "/efi", NULL };
	static const char *const settings[] = { "/etc", NULL };
	static const char *const all[] = { "/", NULL };
	static const char *const kernel[] = { "/dev", "/proc", "/sys", NULL };

	switch (m->s->protect_system) {
	case CONF_SYSTEM_OPEN: return true;
	case CONF_SYSTEM_FULL:
		if (!add_all(m, VIEW_READ_ONLY, settings, err))
			return false;
		return add_all(m, VIEW_READ_ONLY, system, err);
	case CONF_SYSTEM_YES: return add_all(m, VIEW_READ_ONLY, system, err);
	/* the kernel's own trees have keys of their own (systemd.exec(5), ProtectSystem=) */
	case CONF_SYSTEM_STRICT: return add_all(m, VIEW_READ_ONLY, all, err) && add_all(m, VIEW_AS_IT_IS, kernel, err);
	}
	return true;
}

/* As systemd.exec(5), ProtectHome=, has it: /root and /run/user are homes as well. */
static bool
add_home(struct making *m, struct err *err)
{
	static const char *const homes[] = { "/home", "/root", "/run/user", NULL };

	switch (m->s->protect_home) {
	case CONF_HOME_OPEN: return true;
	case CONF_HOME_HIDDEN: return add_all(m, VIEW_INACCESSIBLE, homes, err);
	case CONF_HOME_READ_ONLY: return add_all(m, VIEW_READ_ONLY, homes, err);
	case CONF_HOME_TMPFS:
		for (const char *const *home = homes; *home != NULL; home++)
			if (!add_empty(m, *home, "mode=0755", true, err))
				return false;
		return true;
	}
	return true;
}

/* What only root may touch is out of reach of any other user already; Landlock, whose rules would have to name every process
 * in /proc, is left out of it. */
static bool
add_kernel(struct making *m, struct err *err)
{
	/* the list of systemd (protect_kernel_tunables_proc_table in its src/core/namespace.c) */
	static const char *const tunables[] = { "/proc/acpi", "/proc/apm", "/proc/asound", "/proc/bus", "/proc/fs",
		"/proc/irq", "/proc/latency_stats", "/proc/mtrr", "/proc/scsi", "/proc/sys", "/proc/sysrq-trigger",
		"/proc/timer_stats", "/sys", NULL };
	static const char *const memory[] = { "/proc/kallsyms", "/proc/kcore", NULL };
	static const char *const groups[] = { "/sys/fs/cgroup", NULL };
	static const char *const modules[] = { "/lib/modules", "/usr/lib/modules", NULL };
	static const char *const logs[] = { "/dev/kmsg", "/proc/kmsg", NULL };
	const struct conf_service *s = m->s;
	bool mounts = plan_has_mounts(m);

	if (is_on(s->protect_control_groups) && !add_all(m, VIEW_READ_ONLY, groups, err))
		return false;
	if (!mounts)
		return true;
	if (is_on(s->protect_kernel_tunables) &&
		/* groups apart, which protect_control_groups is about */
		!(add_all(m, VIEW_READ_ONLY, tunables, err) && add_all(m, VIEW_INACCESSIBLE, memory, err) &&
			add_all(m, VIEW_AS_IT_IS, groups, err)))
		return false;
	return (!is_on(s->protect_kernel_modules) || add_all(m, VIEW_INACCESSIBLE, modules, err)) &&
		(!is_on(s->protect_kernel_logs) || add_all(m, VIEW_INACCESSIBLE, logs, err));
}

/* Only where something covers it: a place that nothing covers needs no mount. */
static bool
keep_in_sight(struct making *m, const char *path, struct err *err)
{
	const struct view_place *place;
	char resolved[PATH_MAX];

	view_resolve(path, resolved);
	place = view_find(m->view, resolved);
	/* what is bound to that very place is to be there instead */
	return place == NULL || (place->source[0] != '\0' && strcmp(place->path, resolved) == 0) ||
		view_bind(m->view, VIEW_AS_IT_IS, resolved, resolved, false, false, err);
}

/* Its temporary directories, and those that it asked for, are there and can be written to, whatever else is covered. */
static bool
add_own(struct making *m, struct err *err)
{
	const struct directories *d = m->plan->directories;
	char path[PATH_MAX];
	int n = snprintf(path, sizeof path, "%s/%s", m->run_dir, m->s->name);

	if (n < 0 || n >= (int)sizeof path)
		return err_set(err, 0, "the path of its directory in run_dir is too long");
	if (!keep_in_sight(m, path, err))
		return false;
	for (uint32_t i = 0; d != NULL && i < d->count; i++)
		if (!keep_in_sight(m, d->at[i].path, err))
			return false;
	return true;
}

bool
plan_paths(struct making *m, struct err *err)
{
	const struct conf_service *s = m->s;

	return (!plan_has_mounts(m) || add_private(m, err)) && add_kernel(m, err) && add_system(m, err) &&
		add_home(m, err) && add_temporary(m, &s->temporary_file_system, err) &&
		add_listed(m, VIEW_AS_IT_IS, &s->read_write_paths, err) &&
		add_listed(m, VIEW_READ_ONLY, &s->read_only_paths, err) &&
		add_listed(m, VIEW_INACCESSIBLE, &s->inaccessible_paths, err) &&
		add_bound(m, VIEW_AS_IT_IS, &s->bind_paths, err) &&
		add_bound(m, VIEW_READ_ONLY, &s->bind_read_only_paths, err) && add_own(m, err);
}

/* What the chosen way does not give. */
static void
miss_paths(struct making *m)
{
	const struct conf_service *s = m->s;
	const struct {
		bool asked;
		enum page_withheld key;
	} paths[] = { { s->protect_system != CONF_SYSTEM_OPEN, PAGE_WITHHELD_protect_system },
		{ s->protect_home != CONF_HOME_OPEN, PAGE_WITHHELD_protect_home },
		{ s->read_only_paths.count > 0, PAGE_WITHHELD_read_only_paths },
		{ s->inaccessible_paths.count > 0, PAGE_WITHHELD_inaccessible_paths },
		{ s->bind_read_only_paths.count > 0, PAGE_WITHHELD_bind_read_only_paths },
		{ is_on(s->protect_control_groups), PAGE_WITHHELD_protect_control_groups } },
	  roots[] = { { is_on(s->protect_kernel_tunables), PAGE_WITHHELD_protect_kernel_tunables },
		  { is_on(s->protect_kernel_modules), PAGE_WITHHELD_protect_kernel_modules },
		  { is_on(s->protect_kernel_logs), PAGE_WITHHELD_protect_kernel_logs },
		  { is_on(s->private_mounts), PAGE_WITHHELD_private_mounts } },
	  mounts[] = { { is_on(s->private_tmp), PAGE_WITHHELD_private_tmp },
		  { is_on(s->private_devices), PAGE_WITHHELD_private_devices },
		  { s->temporary_file_system.count > 0, PAGE_WITHHELD_temporary_file_system },
		  { any_elsewhere(&s->bind_paths), PAGE_WITHHELD_bind_paths },
		  { any_elsewhere(&s->bind_read_only_paths), PAGE_WITHHELD_bind_read_only_paths } };

	for (size_t i = 0; m->way == WAY_NONE && i < sizeof paths / sizeof paths[0]; i++)
		if (paths[i].asked)
			plan_cannot(m, paths[i].key, no_paths);
	for (size_t i = 0; !plan_has_mounts(m) && m->plan->uid == 0 && i < sizeof roots / sizeof roots[0]; i++)
		if (roots[i].asked)
			plan_cannot(m, roots[i].key, no_mounts);
	for (size_t i = 0; !plan_has_mounts(m) && i < sizeof mounts / sizeof mounts[0]; i++)
		if (mounts[i].asked)
			plan_cannot(m, mounts[i].key, no_mounts);
	if ((m->way != WAY_MOUNTS || !m->can.proc) && s->protect_proc != CONF_PROC_DEFAULT)
		plan_cannot(m, PAGE_WITHHELD_protect_proc, no_proc);
	if ((m->way != WAY_MOUNTS || !m->can.proc) && s->proc_subset != CONF_PROC_ALL)
		plan_cannot(m, PAGE_WITHHELD_proc_subset, no_proc);
}

/* The strongest that there is. One in a user namespace does without root, but cannot show another user. */
void
plan_choose_way(struct making *m)
{
	if (!plan_asks_for_paths(m->s))
		m->way = plan_has_credentials(m->s) && m->can.mounts ? WAY_MOUNTS : WAY_NONE;
	else if (m->can.mounts)
		m->way = WAY_MOUNTS;
	else if (plan_may_use_user_namespace(m))
		m->way = WAY_USER_NAMESPACE;
	else
		m->way = m->can.landlock > 0 ? WAY_LANDLOCK : WAY_NONE;
	m->namespaces = m->way == WAY_MOUNTS || m->way == WAY_USER_NAMESPACE ? CLONE_NEWNS : 0;
	miss_paths(m);
}
