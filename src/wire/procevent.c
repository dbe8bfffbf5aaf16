#include "wire/procevent.h"

#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/netlink.h>
#include <stddef.h>
#include <string.h>

/* An event up to the end of its fields of that kind; newer kernels add to the union, and the message is as long as theirs. */
#define LEAST(field) (offsetof(struct proc_event, event_data) + sizeof(((struct proc_event *)0)->event_data.field))

/* exit_code is as wait(2) gives it; parent_tgid came with Linux 4.18 and is 0 before. */
static void
take_exit(struct procevent *e, const struct proc_event *event)
{
	if (event->event_data.exit.process_pid != event->event_data.exit.process_tgid)
		return;
	e->kind = PROCEVENT_EXIT;
	e->pid = event->event_data.exit.process_tgid;
	e->parent = event->event_data.exit.parent_tgid;
	e->status = (int32_t)(event->event_data.exit.exit_code & 0xffff);
}

/* Of a thread the new task's number is not its group's. */
static void
take_fork(struct procevent *e, const struct proc_event *event)
{
	if (event->event_data.fork.child_pid != event->event_data.fork.child_tgid)
		return;
	e->kind = PROCEVENT_FORK;
	e->pid = event->event_data.fork.child_tgid;
	e->parent = event->event_data.fork.parent_tgid;
}

static void
take_event(struct procevent *e, const struct proc_event *event, size_t n)
{
	/* the kernel's enum has no values for what it may add later */
	switch ((uint32_t)event->what) {
	/* the kernel's word on PROC_CN_MCAST_LISTEN (cn_proc_ack() in drivers/connector/cn_proc.c) */
	case PROC_EVENT_NONE:
		if (n < LEAST(ack))
			return;
		e->kind = PROCEVENT_ACK;
		e->status = (int32_t)event->event_data.ack.err;
		break;
	case PROC_EVENT_FORK:
		if (n >= LEAST(fork))
			take_fork(e, event);
		break;
	case PROC_EVENT_EXIT:
		if (n >= LEAST(exit))
			take_exit(e, event);
		break;
	default: break;
	}
}

size_t
procevent_read(struct procevent *e, const void *bytes, size_t n)
{
	struct nlmsghdr header;
	struct cn_msg message;
	struct proc_event event = { 0 };
	const size_t at = NLMSG_HDRLEN;
	size_t body;

	*e = (struct procevent){ .kind = PROCEVENT_OTHER };
	if (n < sizeof header)
		return 0;
	/* copied, not cast: a buffer's bytes need not be aligned. A newer kernel may send more than we know
	 * (message.len) */
	memcpy(&header, bytes, sizeof header);
	if (header.nlmsg_len < at || header.nlmsg_len > n)
		return 0;
	if (header.nlmsg_len < at + sizeof message)
		return header.nlmsg_len;
	memcpy(&message, (const char *)bytes + at, sizeof message);
	body = header.nlmsg_len - at - sizeof message;
	if (message.id.idx != CN_IDX_PROC || message.id.val != CN_VAL_PROC || message.len > body)
		return header.nlmsg_len;
	body = message.len < sizeof event ? message.len : sizeof event;
	memcpy(&event, (const char *)bytes + at + sizeof message, body);
	if (body >= offsetof(struct proc_event, event_data))
		take_event(e, &event, body);
	return header.nlmsg_len;
}
