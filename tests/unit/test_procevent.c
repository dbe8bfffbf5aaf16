#include "unit.h"

#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/netlink.h>
#include <signal.h>
#include <string.h>

#include "wire/procevent.h"

enum { HEAD = NLMSG_HDRLEN + sizeof(struct cn_msg), WHOLE = HEAD + sizeof(struct proc_event) };

struct packet {
	char bytes[WHOLE];
};

static struct packet
packet_of(struct proc_event event, uint32_t connector, uint16_t length)
{
	const struct nlmsghdr header = { .nlmsg_len = WHOLE };
	const struct cn_msg message = { .id = { connector, CN_VAL_PROC }, .len = length };
	struct packet p;

	memcpy(p.bytes, &header, sizeof header);
	memcpy(p.bytes + NLMSG_HDRLEN, &message, sizeof message);
	memcpy(p.bytes + HEAD, &event, sizeof event);
	return p;
}

static struct procevent
read_one(struct proc_event event)
{
	struct packet p = packet_of(event, CN_IDX_PROC, sizeof event);
	struct procevent e;

	assert_int_equal(procevent_read(&e, p.bytes, WHOLE), WHOLE);
	return e;
}

static void
tells_how_a_process_ended(void **state)
{
	struct proc_event event = { .what = PROC_EVENT_EXIT,
		.event_data.exit = { .process_pid = 7,
			.process_tgid = 7,
			.exit_code = SIGSEGV | 0x80,
			.parent_pid = 3,
			.parent_tgid = 3 } };
	struct procevent e = read_one(event);

	(void)state;
	assert_int_equal(e.kind, PROCEVENT_EXIT);
	assert_int_equal(e.pid, 7);
	assert_int_equal(e.parent, 3);
	assert_int_equal(e.status, SIGSEGV | 0x80);
	event.event_data.exit.process_pid = 8; /* a thread */
	assert_int_equal(read_one(event).kind, PROCEVENT_OTHER);
}

static void
tells_who_was_forked(void **state)
{
	struct proc_event event = { .what = PROC_EVENT_FORK,
		.event_data.fork = { .child_pid = 9, .child_tgid = 9, .parent_pid = 3, .parent_tgid = 3 } };
	struct procevent e = read_one(event);

	(void)state;
	assert_int_equal(e.kind, PROCEVENT_FORK);
	assert_int_equal(e.pid, 9);
	assert_int_equal(e.parent, 3);
	event.event_data.fork.child_pid = 10;
	assert_int_equal(read_one(event).kind, PROCEVENT_OTHER);
}

/* Whatever is cut off, what is there is not taken for more. */
static void
takes_no_part_for_the_whole(void **state)
{
	const struct proc_event event = { .what = PROC_EVENT_EXIT,
		.event_data.exit = { .process_pid = 7, .process_tgid = 7 } };
	const uint16_t least = offsetof(struct proc_event, event_data) + sizeof event.event_data.exit;
	struct packet p = packet_of(event, CN_IDX_PROC, sizeof event);
	struct procevent e;

	(void)state;
	for (size_t n = 0; n < WHOLE; n++)
		assert_int_equal(procevent_read(&e, p.bytes, n), 0);
	for (uint16_t n = 0; n <= least; n++) {
		p = packet_of(event, CN_IDX_PROC, n);
		assert_int_equal(procevent_read(&e, p.bytes, WHOLE), WHOLE);
		assert_int_equal(e.kind, n < least ? PROCEVENT_OTHER : PROCEVENT_EXIT);
	}
	p = packet_of(event, CN_IDX_PROC + 4, sizeof event);
	assert_int_equal(procevent_read(&e, p.bytes, WHOLE), WHOLE);
	assert_int_equal(e.kind, PROCEVENT_OTHER);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_how_a_process_ended),
		cmocka_unit_test(tells_who_was_forked),
		cmocka_unit_test(takes_no_part_for_the_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
