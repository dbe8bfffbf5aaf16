/*
 * arrivals.c -- the kernel's own interface, not libaio's: four calls, and the ring is never looked at from here.
 */
#include "os/arrivals.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

bool
arrivals_open(struct arrivals *a, unsigned most, struct err *err)
{
	aio_context_t ring = 0;
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	if (fd < 0)
		return err_set(err, errno, "cannot make an eventfd");
	if (syscall(SYS_io_setup, most, &ring) != 0) {
		err_set(err, errno, "cannot wait for connections by io_setup");
		close(fd);
		return false;
	}
	*a = (struct arrivals){ ring, fd };
	return true;
}

/* One event, then it is over: who wants the next one asks again. */
bool
arrivals_await(struct arrivals *a, struct arrival *one, int fd, uint64_t mark)
{
	struct iocb *call = &one->call;

	if (a->event_fd < 0)
		return false;
	*call = (struct iocb){ .aio_data = mark,
		.aio_lio_opcode = IOCB_CMD_POLL,
		.aio_fildes = (uint32_t)fd,
		.aio_buf = POLLIN,
		.aio_flags = IOCB_FLAG_RESFD,
		.aio_resfd = (uint32_t)a->event_fd };
	one->awaited = syscall(SYS_io_submit, a->ring, 1L, &call) == 1;
	return one->awaited;
}

/* Its event comes by the ring in any case (io_cancel in fs/aio.c), or has come. */
void
arrivals_cancel(struct arrivals *a, struct arrival *one)
{
	struct io_event unused;

	if (one->awaited)
		syscall(SYS_io_cancel, a->ring, &one->call, &unused);
}

/* The eventfd is emptied first: what is told from then on makes it readable again. */
bool
arrivals_next(struct arrivals *a, uint64_t *mark, bool *came)
{
	struct io_event event;
	uint64_t count;

	if (a->event_fd < 0)
		return false;
	(void)!read(a->event_fd, &count, sizeof count);
	if (syscall(SYS_io_getevents, a->ring, 0L, 1L, &event, NULL) != 1)
		return false;
	*mark = event.data;
	*came = event.res > 0;
	return true;
}

/* For who is about to say that nothing came: what is told, and not read yet, did. */
bool
arrivals_pending(const struct arrivals *a)
{
	struct pollfd told = { .fd = a->event_fd, .events = POLLIN };

	return poll(&told, 1, 0) != 0;
}

void
arrivals_disown(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	fcntl(fd, F_SETOWN, 0);
	if (flags >= 0)
		fcntl(fd, F_SETFL, flags & ~O_ASYNC);
}
