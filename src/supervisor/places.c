#include "supervisor/places.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "conf/beginning.h"
#include "os/account.h"
#include "os/mounts.h"
#include "os/rundir.h"
#include "supervisor/bridled.h"

static bool
find_config(struct bridled *b, const struct supervisor_options *o, struct err *err)
{
	int n;

	if (o->config == NULL && o->root == NULL && geteuid() != 0)
		return err_set(err, 0,
			"a plain user needs a directory of its own: bridled --root DIR (settings in DIR/bridle.ini), or --config "
			"FILE with run_dir and log_dir in it");
	/* what is named counts before what lies in --root, and that before the system's */
	if (o->config != NULL)
		n = asprintf(&b->config_path, "%s", o->config);
	else if (o->root != NULL)
		n = asprintf(&b->config_path, "%s/bridle.ini", o->root);
	else
		n = asprintf(&b->config_path, "%s", SYSCONFDIR "/bridle/bridle.ini");
	return n >= 0 || err_set(err, errno, "cannot name the configuration");
}

/* On standard error, with warnings: somebody may be looking, and the log says only how many there were. */
static void
print_complaints(struct conf_report *report)
{
	conf_report_sort(report);
	for (uint32_t i = 0; i < report->count; i++) {
		const struct conf_complaint *c = &report->at[i];

		fputs(c->file, stderr);
		if (c->line > 0) /* 0: the file as a whole */
			fprintf(stderr, ":%u", (unsigned)c->line);
		fprintf(stderr, ": %s: %s\n", c->severity == CONF_ERROR ? "error" : "warning", c->text);
	}
}

/* Warnings do not stop us: what runs with them today shall run tomorrow. */
static bool
read_config(struct bridled *b, struct err *err)
{
	struct conf_report report;

	conf_report_init(&report);
	b->conf = conf_read(b->config_path, &report);
	print_complaints(&report);
	if (b->conf == NULL && !beginning_is_missing(b->config_path, err))
		err_set(err, 0, "the configuration has %u error%s; 'bridle check %s' says more", report.errors,
			report.errors == 1 ? "" : "s", b->config_path);
	conf_report_free(&report);
	return b->conf != NULL;
}

/* SET where the configuration names one, else NAME below --root, else the system's place. */
static bool
place(char **out, const char *set, const char *root, const char *name, const char *system, struct err *err)
{
	char *absolute = root != NULL && set[0] == '\0' ? realpath(root, NULL) : NULL;
	int n;

	if (root != NULL && set[0] == '\0' && absolute == NULL)
		return err_set(err, errno, "cannot find '%s'", root);
	if (absolute != NULL)
		n = asprintf(out, "%s/%s", absolute, name);
	else
		n = asprintf(out, "%s", set[0] != '\0' ? set : system);
	free(absolute);
	return n >= 0 || err_set(err, errno, "cannot name a directory");
}

/* The user that the watcher becomes: as little as there is. */
static bool
find_watch_user(struct bridled *b, const char *configured, struct err *err)
{
	/* `nobody` may own things of others (NFS), but it can do little: better than root */
	const char *const candidates[] = { configured, "bridle", "nobody" };
	struct account a;

	b->watch_uid = geteuid();
	b->watch_gid = getegid();
	if (geteuid() != 0)
		return true;
	for (size_t i = configured[0] != '\0' ? 0 : 1; i < 3; i++) {
		if (account_find(&a, candidates[i], "", err)) {
			b->watch_uid = a.uid;
			b->watch_gid = a.gid;
			return true;
		}
		if (i == 0) /* who is named must be there; only what was guessed is guessed again */
			break;
	}
	return err_prefix(err, "watch_user");
}

/* As rundir_open(). Who is not root, as in a container of a platform that makes users up, cannot have the system's places. */
static int
open_place(const char *path, uid_t uid, gid_t gid, mode_t mode, struct err *err)
{
	int fd = rundir_open(path, uid, gid, mode, err);
	struct err why = *err;

	if (fd < 0 && why.code == EACCES && geteuid() != 0)
		err_set(err, 0,
			"%s: a plain user needs directories of its own: run_dir and log_dir in [bridle], or --root DIR",
			why.text);
	return fd;
}

/* Whoever starts a second one may have forgotten the first, or wants two: for both there is a next step. */
static int
take_lock(const struct bridled *b, struct err *err)
{
	int fd = rundir_lock(b->run_fd, b->run_dir, err);
	struct err why = *err;

	if (fd < 0 && why.code == EWOULDBLOCK)
		err_set(err, 0,
			"%s: 'bridle --socket %s/control shutdown' ends that one; one beside it takes a run_dir and log_dir of its "
			"own, or --root DIR",
			why.text, b->run_dir);
	return fd;
}

static bool
open_directories(struct bridled *b, struct err *err)
{
	/* who may ask us about a service may read its log */
	gid_t readers = b->control_gid != (gid_t)-1 ? b->control_gid : b->watch_gid;
	int log_fd;

	b->run_fd = open_place(b->run_dir, geteuid(), getegid(), 0755, err);
	if (b->run_fd < 0)
		return false;
	if (b->lock_fd < 0) /* else it is held already: by who was here before us in this process */
		b->lock_fd = take_lock(b, err);
	if (b->lock_fd < 0)
		return false;
	/* made here, for the watcher may not; it opens what is in it by itself */
	log_fd = open_place(b->log_dir, b->watch_uid, readers, 0750, err);
	if (log_fd < 0)
		return false;
	close(log_fd);
	/* standard input of every service, and the output of those that keep no log */
	b->null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	return b->null_fd >= 0 || err_set(err, errno, "cannot open '/dev/null'");
}

bool
places_read_config(struct bridled *b, const struct supervisor_options *options, struct err *err)
{
	return find_config(b, options, err) && read_config(b, err);
}

void
places_without_config(struct bridled *b)
{
	static struct conf nothing; /* no file, no service: and so no reason to forget one (resume.c) */

	b->conf = &nothing;
}

bool
places_open(struct bridled *b, const struct supervisor_options *options, struct err *err)
{
	struct conf_bridle c;

	if (b->run_dir != NULL) /* they were found by who was here before us */
		return open_directories(b, err) && directories_bases(b->bases, options->root, err);
	conf_decode_bridle(b->conf, &c);
	b->control_all = c.control_read == CONF_READERS_ALL;
	b->control_gid = (gid_t)-1;
	if (c.control_group[0] != '\0' && !account_group(&b->control_gid, c.control_group, err))
		return false;
	return place(&b->run_dir, c.run_dir, options->root, "run", RUNSTATEDIR "/bridle", err) &&
		place(&b->log_dir, c.log_dir, options->root, "log", LOCALSTATEDIR "/log/bridle", err) &&
		find_watch_user(b, c.watch_user, err) && open_directories(b, err) &&
		directories_bases(b->bases, options->root, err);
}

struct plan_home
places_plan_home(const struct bridled *b)
{
	static struct mounts mounts;

	mounts_forget(&mounts);
	return (struct plan_home){ .run_dir = b->run_dir,
		.mounts = &mounts,
		.bases = b->bases,
		.cgroup_fd = b->cgroup_fd,
		.cpus = b->cpus,
		.statsd_port = b->statsd_port };
}
