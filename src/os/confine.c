#include "os/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/capability.h>
#include <linux/seccomp.h>

enum { MAP_SIZE = 48 };

/* ---- in the child: see steps.h ---- */

struct namespaces {
	uint32_t flags;
};

/* A new network has a loopback device, but it is down. */
static bool
raise_loopback(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool ok = fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &request) == 0;

	if (fd >= 0)
		close(fd);
	return ok;
}

static bool
take_namespaces(const void *of)
{
	const struct namespaces *n = of;

	return syscall(SYS_unshare, n->flags) == 0 && ((n->flags & CLONE_NEWNET) == 0 || raise_loopback());
}

struct user_namespace {
	struct namespaces with;
	char uid_map[MAP_SIZE], gid_map[MAP_SIZE];
};

static bool
write_file(const char *path, const char *words)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n, length = 0;

	if (fd < 0)
		return false;
	/* by hand: strlen(3) is no system call (steps.h) */
	while (words[length] != '\0')
		length++;
	n = write(fd, words, (size_t)length);
	close(fd);
	return n == length;
}

/* The maps may be written by us because they name nobody but us, and setgroups is given up: before the groups' map, which is
 * refused otherwise (user_namespaces(7)). */
static bool
take_user_namespace(const void *of)
{
	const struct user_namespace *u = of;

	return syscall(SYS_unshare, u->with.flags | CLONE_NEWUSER) == 0 && write_file("/proc/self/setgroups", "deny") &&
		write_file("/proc/self/uid_map", u->uid_map) && write_file("/proc/self/gid_map", u->gid_map) &&
		((u->with.flags & CLONE_NEWNET) == 0 || raise_loopback());
}

/* What was inherited is gained by exec(2) whatever the bounding set says: all of it by who stays root (capabilities(7)). */
static bool
keep_inherited(uint64_t keep)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data) != 0)
		return false;
	data[0].inheritable &= (uint32_t)keep;
	data[1].inheritable &= (uint32_t)(keep >> 32);
	return syscall(SYS_capset, &header, data) == 0;
}

/* Capabilities that this kernel does not know end the loop: they are numbered without gaps. */
static bool
take_bounding(const void *of)
{
	uint64_t keep = *(const uint64_t *)of;

	for (unsigned c = 0; c < 64 && prctl(PR_CAPBSET_READ, c, 0, 0, 0) >= 0; c++)
		if ((keep >> c & 1) == 0 && prctl(PR_CAPBSET_DROP, c, 0, 0, 0) != 0)
			return false;
	return keep_inherited(keep);
}

static bool
take_secure_bits(const void *of)
{
	return prctl(PR_SET_SECUREBITS, *(const uint32_t *)of, 0, 0, 0) == 0;
}

/* Else setresuid(2) takes the permitted ones away. exec(2) clears this. */
static bool
take_keeping(const void *of)
{
	(void)of;
	return prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) == 0;
}

/* Where it has become the user, that has left the permitted set alone (PR_SET_KEEPCAPS, prctl(2)), and emptied the
 * effective and the ambient one. A capability can be ambient only when it is permitted and inheritable, so those are set
 * first (capabilities(7)). */
static bool
take_ambient(const void *of)
{
	uint64_t keep = *(const uint64_t *)of;
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2];

	for (unsigned half = 0; half < 2; half++) {
		uint32_t bits = (uint32_t)(keep >> 32 * half);

		data[half] = (struct __user_cap_data_struct){ bits, bits, bits };
	}
	if (syscall(SYS_capset, &header, data) != 0)
		return false;
	for (unsigned c = 0; c < 64; c++)
		if ((keep >> c & 1) != 0 && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, c, 0, 0) != 0)
			return false;
	return true;
}

static bool
take_no_new_privileges(const void *of)
{
	(void)of;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

struct filter {
	unsigned short length;
	struct sock_filter code[];
};

static bool
take_filter(const void *of)
{
	const struct filter *f = of;
	/* the kernel only reads it, and copies it (seccomp(2)) */
	const struct sock_fprog program = { f->length, (struct sock_filter *)(uintptr_t)f->code };

	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
}

/* ---- when the configuration is loaded ---- */

bool
confine_namespaces(struct steps *steps, uint32_t flags, struct err *err)
{
	const struct namespaces n = { flags };

	return steps_add(steps, STEP_FIRST, take_namespaces, &n, sizeof n, err, "make namespaces");
}

bool
confine_user_namespace(struct steps *steps, uint32_t flags, uid_t uid, gid_t gid, struct err *err)
{
	struct user_namespace u = { .with = { flags } };

	snprintf(u.uid_map, sizeof u.uid_map, "%u %u 1\n", (unsigned)uid, (unsigned)uid);
	snprintf(u.gid_map, sizeof u.gid_map, "%u %u 1\n", (unsigned)gid, (unsigned)gid);
	return steps_add(steps, STEP_FIRST, take_user_namespace, &u, sizeof u, err, "make a user namespace");
}

bool
confine_bounding(struct steps *steps, uint64_t keep, struct err *err)
{
	return steps_add(steps, STEP_RIGHTS, take_bounding, &keep, sizeof keep, err, "set capability_bounding_set");
}

bool
confine_secure_bits(struct steps *steps, uint32_t bits, struct err *err)
{
	return steps_add(steps, STEP_RIGHTS, take_secure_bits, &bits, sizeof bits, err, "set secure_bits");
}

bool
confine_ambient(struct steps *steps, uint64_t keep, bool changes_user, struct err *err)
{
	return (!changes_user || steps_add(steps, STEP_RIGHTS, take_keeping, NULL, 0, err, "keep capabilities")) &&
		steps_add(steps, STEP_USER, take_ambient, &keep, sizeof keep, err, "set ambient_capabilities");
}

bool
confine_no_new_privileges(struct steps *steps, struct err *err)
{
	return steps_add(steps, STEP_LAST, take_no_new_privileges, NULL, 0, err, "set no_new_privileges");
}

bool
confine_filter(struct steps *steps, const struct sock_filter *code, unsigned length, struct err *err)
{
	size_t size = sizeof(struct filter) + length * sizeof *code;
	struct filter *f = malloc(size);
	bool ok;

	if (f == NULL)
		return err_set(err, errno, "cannot keep a filter");
	f->length = (unsigned short)length;
	memcpy(f->code, code, length * sizeof *code);
	ok = steps_add(steps, STEP_LAST, take_filter, f, size, err, "filter system calls");
	free(f);
	return ok;
}
