#include "os/procevents.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	ROOM = 1 << 20, /* of the socket: some thousand events */
	/* of a message: struct nlmsghdr, struct cn_msg, struct proc_event */
	EVENT = NLMSG_HDRLEN + sizeof(struct cn_msg),
	WHAT = EVENT + offsetof(struct proc_event, what),
	DATA = EVENT + offsetof(struct proc_event, event_data),
	FORK_PARENT = DATA + offsetof(struct fork_proc_event, parent_tgid),
	FORK_PID = DATA + offsetof(struct fork_proc_event, child_pid),
	FORK_TGID = DATA + offsetof(struct fork_proc_event, child_tgid),
	EXIT_PID = DATA + offsetof(struct exit_proc_event, process_pid),
	EXIT_TGID = DATA + offsetof(struct exit_proc_event, process_tgid),
	EXIT_PARENT = DATA + offsetof(struct exit_proc_event, parent_tgid),
	HEAD = 14, /* instructions before the lists */
};

/* ---- what the kernel lets through ---- */

/* A filter loads words as if they came from the network (bpf_load: ntohl); these are as the machine has them. */
#define LOAD(at) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (at))
#define KEEP_X BPF_STMT(BPF_MISC | BPF_TAX, 0)
#define IS(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl((uint32_t)(value)), (yes), (no))
#define IS_X(yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_X, 0, (yes), (no))
#define TAKE BPF_STMT(BPF_RET | BPF_K, UINT32_MAX)
#define DROP BPF_STMT(BPF_RET | BPF_K, 0)

/* The first instructions; where nobody is asked for yet (N of them), an answer to our own wish is let through. */
static void
begin_program(struct sock_fprog *program, size_t n)
{
	const struct sock_filter head[HEAD] = {
		/* 0 */ LOAD(WHAT),
		/* 1 */ IS(PROC_EVENT_NONE, n > 0 ? 10 : 11, 0), /* answers to others are told to everybody */
		/* 2 */ IS(PROC_EVENT_FORK, 0, 4),
		/* 3 */ LOAD(FORK_PID),
		KEEP_X,
		LOAD(FORK_TGID),
		/* 6 */ BPF_JUMP(BPF_JMP | BPF_JA, 4, 0, 0),
		/* 7 */ IS(PROC_EVENT_EXIT, 0, 4),
		/* 8 */ LOAD(EXIT_PID),
		KEEP_X,
		LOAD(EXIT_TGID),
		/* 11 */ IS_X(2, 0), /* a thread is no process */
		/* 12 */ DROP,
		/* 13 */ TAKE,
	};

	memcpy(program->filter, head, sizeof head);
	program->len = HEAD;
}

static void
add(struct sock_fprog *program, const struct sock_filter *code, size_t n)
{
	memcpy(program->filter + program->len, code, n * sizeof *code);
	program->len = (unsigned short)(program->len + n);
}

/* What was loaded last is one of PIDS: taken. */
static void
take_pids(struct sock_fprog *program, const pid_t *pids, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct sock_filter one[] = { IS(pids[i], 0, 1), TAKE };

		add(program, one, 2);
	}
}

bool
procevents_only(int fd, const pid_t *parents, size_t n, const pid_t *others, size_t m, struct err *err)
{
	/* which kind it is decides where its parent stands */
	const struct sock_filter all[] = { TAKE }, end[] = { DROP },
				 parent[] = { LOAD(WHAT), IS(PROC_EVENT_FORK, 0, 2), LOAD(FORK_PARENT),
					 BPF_JUMP(BPF_JMP | BPF_JA, 1, 0, 0), LOAD(EXIT_PARENT) },
				 itself[] = { LOAD(WHAT), IS(PROC_EVENT_EXIT, 1, 0), DROP, LOAD(EXIT_PID) };
	/* PROCEVENTS_MOST keeps it just below what the kernel takes (BPF_MAXINSNS, 4096) */
	struct sock_filter *code = calloc(HEAD + 10 + 2 * (n + m), sizeof *code);
	struct sock_fprog program = { .filter = code };
	bool ok;

	if (code == NULL)
		return err_set(err, ENOMEM, "no memory for a filter");
	begin_program(&program, n);
	if (n + m > PROCEVENTS_MOST) {
		add(&program, all, 1);
	} else {
		add(&program, parent, sizeof parent / sizeof parent[0]);
		take_pids(&program, parents, n);
		add(&program, itself, sizeof itself / sizeof itself[0]);
		take_pids(&program, others, m);
		add(&program, end, 1);
	}
	ok = setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0 ||
		err_set(err, errno, "cannot filter process events");
	free(code);
	return ok;
}

/* ---- the socket ---- */

/* A multicast group, and yet it must be asked for: the kernel tells nothing as long as nobody listens (cn_proc.c). */
static bool
subscribe(int fd, struct err *err)
{
	const enum proc_cn_mcast_op op = PROC_CN_MCAST_LISTEN;
	char wish[EVENT + sizeof op];
	const struct nlmsghdr header = { .nlmsg_len = sizeof wish, .nlmsg_type = NLMSG_DONE };
	const struct cn_msg message = { .id = { CN_IDX_PROC, CN_VAL_PROC }, .len = sizeof op };

	memcpy(wish, &header, sizeof header);
	memcpy(wish + NLMSG_HDRLEN, &message, sizeof message);
	memcpy(wish + EVENT, &op, sizeof op);
	return send(fd, wish, sizeof wish, 0) == (ssize_t)sizeof wish ||
		err_set(err, errno, "cannot ask for process events");
}

/* The answer is there when send(2) is back (cn_rx_skb), and nothing else passes the filter yet. None comes to those whom the
 * kernel tells nothing: in a container, say. */
static bool
is_acknowledged(int fd, struct err *err)
{
	char buffer[PROCEVENTS_BUFFER];
	uint32_t errnum;
	bool lost;

	if (procevents_read(fd, buffer, sizeof buffer, &lost) < DATA + sizeof errnum)
		return err_set(err, 0, "the kernel tells no process events here (a namespace of its own?)");
	memcpy(&errnum, buffer + DATA, sizeof errnum);
	return errnum == 0 || err_set(err, (int)errnum, "process events are refused");
}

int
procevents_open(struct err *err)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = CN_IDX_PROC };
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_CONNECTOR), room = ROOM;

	if (fd < 0) {
		err_set(err, errno, "no process events");
		return -1;
	}
	/* without CAP_NET_ADMIN, what net.core.rmem_max allows */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room) != 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
	if (!procevents_only(fd, NULL, 0, NULL, 0, err))
		goto fail;
	if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0) {
		err_set(err, errno, "process events are not permitted");
		goto fail;
	}
	if (!subscribe(fd, err) || !is_acknowledged(fd, err))
		goto fail;
	return fd;
fail:
	close(fd);
	return -1;
}

size_t
procevents_read(int fd, void *buffer, size_t size, bool *lost)
{
	struct sockaddr_nl from = { 0 };
	socklen_t length;
	ssize_t n;

	*lost = false;
	for (;;) {
		length = sizeof from;
		n = recvfrom(fd, buffer, size, 0, (struct sockaddr *)&from, &length);
		/* the queue was full: events are lost, and the next recvfrom(2) has those that are not */
		if (n < 0 && errno == ENOBUFS) {
			*lost = true;
			continue;
		}
		if (n <= 0)
			return 0;
		if (length == sizeof from && from.nl_pid == 0) /* the kernel's, netlink(7) */
			return (size_t)n;
	}
}
