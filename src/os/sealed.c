#include "os/sealed.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SEALS = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE };

int
sealed_make(const char *name, const void *bytes, size_t n)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING), code;

	if (fd < 0)
		return -1;
	if (write(fd, bytes, n) == (ssize_t)n && fcntl(fd, F_ADD_SEALS, SEALS) == 0)
		return fd;
	code = errno;
	close(fd);
	errno = code;
	return -1;
}

ssize_t
sealed_read(int fd, void *to, size_t size)
{
	/* succeeds on files in memory alone (fcntl(2)): a FIFO, or a file of a server that does not answer, is never read */
	int seals = fcntl(fd, F_GET_SEALS);
	struct stat st;

	if (seals < 0 || (seals & SEALS) != SEALS || fstat(fd, &st) != 0 || st.st_size > (off_t)size)
		return -1;
	return pread(fd, to, (size_t)st.st_size, 0);
}
