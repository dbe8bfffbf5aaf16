/*
 * wrappers_keys -- wrappers whose meaning is a key: who the service is, how it is scheduled, what it may.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "import/wrappers.h"

uint32_t
wrapper_take_sudo(struct launch *l, const struct wrapper *w, const char *const *at, uint32_t count)
{
	uint32_t n = wrapper_options(w, at, count);
	const char *user = wrapper_value(at, n, 'u', "--user"), *group = wrapper_value(at, n, 'g', "--group");

	launch_part(l, w->name, "", FATE_IMPLIED, "", w->reason);
	if (user != NULL)
		launch_set(l, "-u", user, KEY_user, user, "");
	/* runuser without -u names its user among the words, and is taken as su is */
	else if (strcmp(w->name, "sudo") == 0)
		launch_set(l, w->name, "", KEY_user, "root", "sudo makes it root");
	if (group != NULL)
		launch_set(l, "-g", group, KEY_group, group, "");
	if (wrapper_has(at, n, "-i") || wrapper_has(at, n, "--login"))
		wrapper_login(l, user != NULL ? user : "root");
	while (n < count && wrapper_is_assignment(at[n]))
		wrapper_assign(l, at[n++]);
	return n;
}

/* nice [-n N | -N | --adjustment=N]; without a number, 10 */
uint32_t
wrapper_take_nice(struct launch *l, const struct wrapper *w, const char *const *at, uint32_t count)
{
	uint32_t n = wrapper_options(w, at, count);
	const char *value = wrapper_value(at, n, 'n', "--adjustment");

	/* the old form, nice -5, still works (nice(1)) */
	if (n > 1 && value == NULL && strspn(at[1] + 1, "0123456789") > 0)
		value = at[1] + 1;
	launch_set(l, w->name, value != NULL ? value : "", KEY_nice, value != NULL ? value : "10", "");
	return n;
}

/* ionice -c CLASS -n LEVEL: classes by number (ioprio_set(2)) or name */
uint32_t
wrapper_take_ionice(struct launch *l, const struct wrapper *w, const char *const *at, uint32_t count)
{
	static const char *const classes[] = { "none", "realtime", "best-effort", "idle" };
	uint32_t n = wrapper_options(w, at, count);
	const char *class = wrapper_value(at, n, 'c', "--class"), *level = wrapper_value(at, n, 'n', "--classdata");

	for (unsigned i = 1; class != NULL && i < sizeof classes / sizeof classes[0]; i++)
		if (class[0] == (char)('0' + i) || strcasecmp(class, classes[i]) == 0)
			launch_set(l, w->name, class, KEY_io_scheduling_class, classes[i], "");
	if (level != NULL)
		launch_set(l, w->name, level, KEY_io_scheduling_priority, level, "");
	return n;
}

/* The CPUs of MASK, hexadecimal digits; NULL when it is none. */
static const char *
cpus_of(struct arena *arena, const char *mask)
{
	char *end;
	unsigned long long bits = strtoull(mask, &end, 16);
	const char *list = "";

	if (*end != '\0' || bits == 0)
		return NULL;
	for (unsigned cpu = 0; cpu < 64; cpu++)
		if (bits >> cpu & 1)
			list = arena_printf(arena, "%s%s%u", list, list[0] != '\0' ? "," : "", cpu);
	return list;
}

/* taskset -c LIST command, taskset MASK command */
uint32_t
wrapper_take_taskset(struct launch *l, const struct wrapper *w, const char *const *at, uint32_t count)
{
	uint32_t n = wrapper_options(w, at, count);
	const char *list;

	/* -p is about a process that runs: no command follows */
	if (n >= count || wrapper_has(at, n, "-p"))
		return 0;
	list = n > 1 && strchr(at[1], 'c') != NULL ? at[n] : cpus_of(l->import->arena, at[n]);
	if (list == NULL)
		return 0;
	launch_set(l, w->name, at[n], KEY_cpu_affinity, list, "");
	return n + 1;
}

/* chrt [-f|-r|-o|-b|-i] [-R] PRIORITY command; -r where nothing is said. A deadline has no key. */
uint32_t
wrapper_take_chrt(struct launch *l, const struct wrapper *w, const char *const *at, uint32_t count)
{
	static const struct {
		const char *flags[2], *policy;
	} policies[] = { { { "-f", "--fifo" }, "fifo" }, { { "-o", "--other" }, "other" },
		{ { "-b", "--batch" }, "batch" }, { { "-i", "--idle" }, "idle" } };
	uint32_t n = wrapper_options(w, at, count);
	const char *policy = "rr";

	if (n >= count || wrapper_has(at, n, "-d") || wrapper_has(at, n, "--deadline"))
		return 0;
	for (size_t i = 0; i < sizeof policies / sizeof policies[0]; i++)
		if (wrapper_has(at, n, policies[i].flags[0]) || wrapper_has(at, n, policies[i].flags[1]))
			policy = policies[i].policy;
	launch_set(l, w->name, policy, KEY_cpu_scheduling_policy, policy, "");
	/* 0 is what "other", "batch" and "idle" want there (sched(7)), and nothing to be set */
	if (strcmp(at[n], "0") != 0)
		launch_set(l, w->name, at[n], KEY_cpu_scheduling_priority, at[n], "");
	if (wrapper_has(at, n, "-R") || wrapper_has(at, n, "--reset-on-fork"))
		launch_set(l, "-R", "", KEY_cpu_scheduling_reset_on_fork, "yes", "");
	return n + 1;
}
