#include "os/privilege.h"

#include <errno.h>
#include <grp.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* What the watcher keeps: privilege.h says what for. */
static const cap_value_t kept[] = { CAP_SYS_PTRACE, CAP_DAC_READ_SEARCH, CAP_NET_ADMIN, CAP_SYSLOG };
enum { KEPT = sizeof kept / sizeof kept[0] };

/* Empty the bounding set: whatever is executed later gains nothing (capabilities(7)). Needs CAP_SETPCAP; without that
 * there is no_new_privs still. */
static void
drop_bounding_set(void)
{
	for (cap_value_t c = 0; prctl(PR_CAPBSET_READ, c, 0, 0, 0) >= 0; c++)
		prctl(PR_CAPBSET_DROP, c, 0, 0, 0);
}

/* Of what we are permitted, only KEPT, and that in effect; nothing to be inherited. */
static bool
keep_few(struct err *err)
{
	cap_t had = cap_get_proc(), few = cap_init();
	cap_flag_value_t has;
	bool ok = had != NULL && few != NULL;

	for (int i = 0; ok && i < KEPT; i++) {
		if (cap_get_flag(had, kept[i], CAP_PERMITTED, &has) != 0 || has != CAP_SET)
			continue; /* containers lack some */
		ok = cap_set_flag(few, CAP_PERMITTED, 1, &kept[i], CAP_SET) == 0 &&
			cap_set_flag(few, CAP_EFFECTIVE, 1, &kept[i], CAP_SET) == 0;
	}
	ok = ok && cap_set_proc(few) == 0;
	if (!ok)
		err_set(err, errno, "cannot drop capabilities");
	cap_free(had);
	cap_free(few);
	return ok;
}

/* Where setgroups(2) is denied, in a user namespace that maps its owner alone (user_namespaces(7)), there may be none to drop;
 * and who stays the user that bridled is may keep those that bridled has. */
static bool
drop_groups(uid_t uid)
{
	return setgroups(0, NULL) == 0 || (errno == EPERM && (uid == geteuid() || getgroups(0, NULL) == 0));
}

static bool
change_user(uid_t uid, gid_t gid, struct err *err)
{
	/* becoming another user clears the permitted set, unless this is set */
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0)
		return err_set(err, errno, "cannot keep capabilities");
	/* while we may: who has become somebody else may not */
	if (!drop_groups(uid))
		return err_set(err, errno, "cannot drop supplementary groups");
	if (setresgid(gid, gid, gid) != 0)
		return err_set(err, errno, "cannot become group %u", (unsigned)gid);
	if (setresuid(uid, uid, uid) != 0)
		return err_set(err, errno, "cannot become user %u", (unsigned)uid);
	prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0);
	return true;
}

bool
privilege_watcher(uid_t uid, gid_t gid, struct err *err)
{
	bool is_root = geteuid() == 0;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return err_set(err, errno, "cannot set no_new_privs");
	if (!is_root)
		return true;
	drop_bounding_set();
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); /* fails before Linux 4.3, which has none */
	if (!change_user(uid, gid, err) || !keep_few(err))
		return false;
	/* setresuid did so already, unless fs.suid_dumpable says otherwise */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return err_set(err, errno, "cannot become undumpable");
	return true;
}

bool
privilege_begun(struct err *err)
{
	static const cap_value_t done[] = { CAP_NET_ADMIN, CAP_SYSLOG };
	cap_t now = cap_get_proc();
	bool ok = now != NULL && cap_set_flag(now, CAP_EFFECTIVE, 2, done, CAP_CLEAR) == 0 &&
		cap_set_flag(now, CAP_PERMITTED, 2, done, CAP_CLEAR) == 0 && cap_set_proc(now) == 0;

	if (!ok)
		err_set(err, errno, "cannot drop capabilities");
	cap_free(now);
	return ok;
}

/* A supervisor of thousands of services needs thousands; a service gets the limit that we were given (spawn.h). */
void
privilege_descriptors(unsigned long *old)
{
	struct rlimit limit;

	*old = 0;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	*old = limit.rlim_cur;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}
