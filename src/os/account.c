#include "os/account.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

/* getpwnam(3) names these, beside 0, for "there is no such entry"; anything else is a database that cannot be read. */
static bool
means_absent(int errnum)
{
	return errnum == 0 || errnum == ENOENT || errnum == ESRCH || errnum == EBADF || errnum == EPERM;
}

/* The number WORDS as an id; (uid_t)-1 is none (chown(2): "leave it"). */
static bool
parse_id(const char *words, id_t *id)
{
	int64_t n;

	if (!text_parse_int(words, 0, UINT32_MAX - 1, &n))
		return false;
	*id = (id_t)n;
	return true;
}

/* The entry of USER, or NULL: with errno 0 when it is a number without one, in *ID then. */
static struct passwd *
find_user(const char *user, id_t *id, struct err *err)
{
	struct passwd *entry;
	int errnum;

	errno = 0;
	entry = *user == '\0' ? getpwuid(geteuid()) : getpwnam(user);
	errnum = errno;
	/* names first: "1000" may be a name, though useradd(8) makes none */
	if (entry == NULL && parse_id(user, id)) {
		errno = 0;
		entry = getpwuid(*id);
		errnum = means_absent(errno) ? 0 : errno;
	} else if (entry == NULL && *user == '\0' && means_absent(errnum)) {
		*id = geteuid();
		errnum = 0;
	} else if (entry == NULL && means_absent(errnum)) {
		errnum = ENOENT;
		err_set(err, 0, "there is no user '%s'", user);
	}
	if (entry == NULL && errnum != 0 && errnum != ENOENT)
		err_set(err, errnum, "cannot look up user '%s'", user);
	errno = errnum;
	return entry;
}

/* Only its number: who else is in it does not matter here. */
bool
account_group(gid_t *gid, const char *group, struct err *err)
{
	struct group *entry;
	int errnum;
	id_t id;

	errno = 0;
	entry = getgrnam(group);
	errnum = errno;
	if (entry != NULL)
		*gid = entry->gr_gid;
	else if (parse_id(group, &id))
		*gid = id;
	else if (means_absent(errnum))
		return err_set(err, 0, "there is no group '%s'", group);
	else
		return err_set(err, errnum, "cannot look up group '%s'", group);
	return true;
}

/* The calling user keeps the groups it runs with: only root could give it others. */
static bool
groups_of_caller(struct account *account, struct err *err)
{
	int n = getgroups(ACCOUNT_GROUPS, account->groups);

	if (n < 0)
		return err_set(err, errno, "cannot get our own groups");
	account->group_count = n;
	return true;
}

/* What initgroups(3) would set at each start, looked up now: later, a directory server that does not answer would keep a
 * service from coming back. */
static bool
groups_of(struct account *account, struct err *err)
{
	int n = ACCOUNT_GROUPS;

	/* a number without an entry: no database knows of groups of his */
	if (account->name[0] == '\0') {
		account->groups[0] = account->gid;
		account->group_count = 1;
		return true;
	}
	if (getgrouplist(account->name, account->gid, account->groups, &n) < 0)
		return err_set(err, 0, "user '%s' is in more than %d groups", account->name, ACCOUNT_GROUPS);
	account->group_count = n;
	return true;
}

/* nologin(8), false(1): there to refuse, and no shell for anybody. systemd gives no SHELL then either (user-util.c). */
static bool
is_shell(const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;

	return *name != '\0' && strcmp(name, "nologin") != 0 && strcmp(name, "false") != 0 && strcmp(name, "true") != 0;
}

/* Without USER it is whoever we are, also where no database knows him: a plain user's bridled in a container, say. */
bool
account_find(struct account *account, const char *user, const char *group, struct err *err)
{
	id_t id = 0;
	struct passwd *entry = find_user(user, &id, err);

	*account = (struct account){ .uid = id, .gid = getegid() };
	if (entry == NULL && errno != 0)
		return false;
	if (entry == NULL && *group == '\0' && *user != '\0')
		return err_set(err, 0, "user %s has no entry in the user database: give a group too", user);
	if (entry != NULL) {
		account->uid = entry->pw_uid;
		account->gid = *user == '\0' ? getegid() : entry->pw_gid;
		if (!text_copy(account->home, sizeof account->home, entry->pw_dir) ||
			!text_copy(account->name, sizeof account->name, entry->pw_name))
			return err_set(err, 0, "the name or home directory of user '%s' is too long", user);
		if (is_shell(entry->pw_shell) && !text_copy(account->shell, sizeof account->shell, entry->pw_shell))
			return err_set(err, 0, "the shell of user '%s' is too long", user);
	}
	if (*group != '\0' && !account_group(&account->gid, group, err))
		return false;
	return *user == '\0' ? groups_of_caller(account, err) : groups_of(account, err);
}
