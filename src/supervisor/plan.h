/*
 * plan -- everything that starting a service needs, worked out at load time from its settings: vectors, user, limits,
 * addresses. It owns what it points to, so that the configuration it came from can go.
 */
#ifndef BRIDLE_SUPERVISOR_PLAN_H
#define BRIDLE_SUPERVISOR_PLAN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "conf/command.h"
#include "conf/conf.h"
#include "core/life.h"
#include "core/manner.h"
#include "core/policy.h"
#include "os/bounds.h"
#include "os/listener.h"
#include "os/spawn.h"
#include "os/steps.h"
#include "supervisor/credentials.h"
#include "supervisor/directories.h"
#include "supervisor/names.h"
#include "supervisor/plan_hooks.h"
#include "supervisor/plan_endings.h"
#include "supervisor/plan_program.h"
#include "wire/page.h"

struct plan_bind {
	bool is_unix;
	uint16_t port;
	const char *address; /* unix: path; TCP: numeric host, "" for every address; NULL: to be looked up (names.h) */
	const char *text;    /* as written: names the listener */
};

struct plan {
	struct conf_command command;
	const char *directory; /* NULL: stay in / */
	struct life_limits limits;
	struct page_settings *settings; /* on their way to the page, which keeps them; NULL once they are there */
	bool autostart;
	bool on_demand; /* start = on-demand */
	bool rests;     /* idle_stop is set */
	bool output;    /* log is not none */
	bool change_user;
	bool remove_ipc; /* when it is stopped */
	bool reload_hup; /* reload_by = hup */
	/* vectors of a trial (trial.h), made of the strings of `command`; NULL without reload_hup */
	char **trial, **trial_environment;
	char *trial_path;           /* private: a string of the latter */
	enum manner replace;        /* as it is set */
	uint8_t policies[POLICIES]; /* enum policy_deed: what is done about each trouble */
	bool may_stall;             /* something it touches is on a network file system */
	uid_t uid;
	gid_t gid;
	mode_t umask;
	struct plan_hooks *hooks;        /* commands around it; NULL: none */
	struct plan_program *program;    /* see plan_program_of */
	struct plan_endings *endings;    /* NULL: none that means something else than usual */
	struct steps *steps;             /* limits and whatever else its processes are kept to; NULL: none, as mostly */
	struct bounds *bounds;           /* of the service as a whole; NULL: none */
	struct directories *directories; /* made before a start; NULL: none */
	struct credentials *credentials; /* the same */
	bool hides_credentials;          /* they are in a file system that nobody else sees (secretfs.h) */
	bool keep_oom;                   /* one of them is oom_score_adjust */
	bool own_descriptors;            /* one of them is limit_nofile */
	gid_t *groups;
	uint32_t group_count;
	uint32_t fingerprint; /* of its settings (conf/diff.h) */
	uint32_t workers;     /* to begin with */
	int backlog;
	struct listener_unix socket; /* owner and mode of unix sockets */
	struct plan_bind *binds;
	uint32_t bind_count;
	struct names *names;             /* that have to be looked up before a start; NULL: none */
	char **on_incident, **hang_dump; /* errand.h; NULL: none */
	char *words;                     /* private: the strings above */
};

struct mounts;

/* What of this bridled a plan depends on. */
struct plan_home {
	const char *run_dir;
	char *const *bases;   /* directories_bases */
	int cgroup_fd;        /* cgroup_open, or -1 */
	unsigned cpus;        /* usable ones, for workers = auto */
	uint16_t statsd_port; /* of 127.0.0.1, where the watcher hears Gunicorns' figures; 0: nowhere */
	struct mounts *mounts; /* os/mounts.h */
};

/* Work it out. NULL with ERR, which begins with the service's name. */
struct plan *plan_new(const struct conf_section *section, const struct plan_home *home, struct err *err);
void plan_free(struct plan *plan);

/* How PLAN (may be NULL) is known to be ready, and its signals; never NULL. */
const struct plan_program *plan_program_of(const struct plan *plan);

/* What a process of the service is started with that PLAN knows: command, environment, user, limits, everything that it
 * is kept to. Listeners, output, cgroup and descriptors are for the caller; all points into PLAN. */
struct spawn_request plan_request(const struct plan *plan);

#endif
