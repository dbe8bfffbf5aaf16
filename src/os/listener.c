#include "os/listener.h"

#include <sys/socket.h>
#include <sys/stat.h>

uint64_t
listener_inode(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode) ? st.st_ino : 0;
}
