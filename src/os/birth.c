/*
 * birth.c -- statx(2) by its number, since not every C library has it. A file system that keeps no time
 * of birth leaves its bit out of the mask.
 */
#include "os/birth.h"

#include <fcntl.h>
#include <linux/stat.h> /* struct statx, which musl before 1.2.4 has not; together with <sys/stat.h> it clashes in glibc */
#include <sys/syscall.h>
#include <unistd.h>

msec
birth_of(int fd, msec otherwise)
{
	struct statx sx = { 0 };

	if (syscall(SYS_statx, fd, "", AT_EMPTY_PATH, STATX_BTIME, &sx) != 0 || (sx.stx_mask & STATX_BTIME) == 0)
		return otherwise;
	return (msec)sx.stx_btime.tv_sec * 1000 + sx.stx_btime.tv_nsec / 1000000;
}
