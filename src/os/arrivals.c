#include "os/arrivals.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#ifndef F_SETSIG
#define F_SETSIG 10 /* the same everywhere; shown by the C library with _GNU_SOURCE only */
#endif

bool
arrivals_tell(int fd, bool on)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0)
		return false;
	if (!on)
		return fcntl(fd, F_SETFL, flags & ~O_ASYNC) == 0;
	/* the owner first: with O_ASYNC and nobody to tell, the first ones would be lost */
	return fcntl(fd, F_SETOWN, getpid()) == 0 && fcntl(fd, F_SETSIG, ARRIVALS_SIGNAL) == 0 &&
		fcntl(fd, F_SETFL, flags | O_ASYNC) == 0;
}

bool
arrivals_told(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	return flags >= 0 && (flags & O_ASYNC) != 0 && fcntl(fd, F_GETOWN) == getpid();
}

bool
arrivals_pending(void)
{
	sigset_t set;

	return sigpending(&set) != 0 || sigismember(&set, ARRIVALS_SIGNAL) != 0 || sigismember(&set, SIGIO) != 0;
}
