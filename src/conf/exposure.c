/*
 * exposure.c -- each line of exposure.def is a condition over a decoded service; what is exposed weighs as much as it lets
 * through. A score compares two settings of one service, and is no promise.
 */
#include "conf/exposure.h"

#include <string.h>
#include <unistd.h>

#include "conf/tmpfs.h"
#include "sandbox/nameset.h"

/* Who lists all of them forbids none. */
static bool
forbids_namespaces(const struct conf_service *s)
{
	uint64_t allowed = nameset_resolve(NAMESET_NAMESPACES, s->restrict_namespaces.at, s->restrict_namespaces.count);

	for (int i = 0; s->restrict_namespaces.count > 0 && nameset_word(NAMESET_NAMESPACES, i)[0] != '\0'; i++)
		if ((allowed >> i & 1) == 0)
			return true;
	return false;
}

/* Everything that filters system calls (filter_any() of sandbox/filter.c) implies no_new_privileges and calls of our own
 * architecture only. */
static bool
filters(const struct conf_service *s)
{
	const int switches[] = { s->lock_personality, s->memory_deny_write_execute, s->restrict_realtime,
		s->restrict_suid_sgid, s->protect_kernel_modules, s->protect_kernel_logs, s->protect_clock,
		s->protect_hostname, s->private_devices, s->protect_kernel_tunables };

	for (size_t i = 0; i < sizeof switches / sizeof switches[0]; i++)
		if (switches[i] == 1)
			return true;
	return s->system_call_filter.count > 0 || s->restrict_address_families.count > 0 ||
		s->system_call_architectures.count > 0 || forbids_namespaces(s);
}

/* Is there nothing of the machine's at PATH? */
static bool
empties(const struct conf_service *s, const char *path)
{
	return tmpfs_hold(&s->temporary_file_system, path);
}

static bool
empties_temporary(const struct conf_service *s)
{
	return empties(s, "/tmp") && empties(s, "/var/tmp");
}

static bool
empties_homes(const struct conf_service *s)
{
	return empties(s, "/home") && empties(s, "/root") && empties(s, "/run/user");
}

/* Named, or by saying nothing of a bridled of root. */
static bool
is_root(const struct conf_service *s)
{
	return strcmp(s->user, "root") == 0 || strcmp(s->user, "0") == 0 || (s->user[0] == '\0' && geteuid() == 0);
}

static const struct {
	unsigned weight;
	const char *words, *line;
} entries[] = {
#define EXPOSURE(weight, exposed, words, line) { weight, words, line },
#include "conf/exposure.def"
#undef EXPOSURE
};

unsigned
exposure_count(void)
{
	return sizeof entries / sizeof entries[0];
}

struct exposure
exposure_look(const struct conf_service *s, unsigned i)
{
	const bool runs_as_root = is_root(s);
	const bool exposed[] = {
#define EXPOSURE(weight, exposed, words, line) (exposed),
#include "conf/exposure.def"
#undef EXPOSURE
	};

	return (struct exposure){ entries[i].weight, exposed[i], entries[i].words, entries[i].line };
}

unsigned
exposure_score(const struct conf_service *s)
{
	unsigned all = 0, exposed = 0;

	for (unsigned i = 0; i < exposure_count(); i++) {
		struct exposure e = exposure_look(s, i);

		all += e.weight;
		exposed += e.exposed ? e.weight : 0;
	}
	return all == 0 ? 0 : (exposed * EXPOSURE_MOST + all / 2) / all;
}
