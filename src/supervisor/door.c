#include "supervisor/door.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/text.h"
#include "os/listener.h"
#include "os/spawn.h"
#include "supervisor/bridled.h"
#include "supervisor/memory.h"
#include "supervisor/service.h"

/* "tcp" asks for a connection, which the kernel makes, whoever accepts it. Only of listeners that we have opened is it known that
 * nobody else accepts on them: a Gunicorn that is being taken over does (takeover.h). */
static bool
wants_one(const struct service *s, uint8_t slot, const struct spawn_request *r)
{
	const struct page_service *record = page_at(s->home->page, s->slot);
	bool alone = slot != s->life.next && !held_any_given(&s->held);

	return !alone && r->listener_count > 0 && record->settings.probe.target[0] == '/';
}

/* No longer than "control", which had room in an address, for the first thousand services. */
static void
name_it(const struct service *s, char *name, size_t size)
{
	struct text t;

	text_init(&t, name, size);
	text_addf(&t, "door%u", (unsigned)s->door.place);
}

static bool
is_taken(const struct bridled *b, uint32_t place)
{
	for (uint32_t i = 0; i < b->capacity; i++) {
		const struct door *door = b->services[i] != NULL ? &b->services[i]->door : NULL;

		if (door != NULL && door->number != 0 && door->family == AF_UNIX && door->place == place)
			return true;
	}
	return false;
}

static uint32_t
free_place(const struct bridled *b)
{
	uint32_t place = 0;

	while (is_taken(b, place))
		place++;
	return place;
}

static void
remove_file(const struct service *s)
{
	char name[16];

	name_it(s, name, sizeof name);
	unlinkat(s->home->run_fd, name, 0);
}

static socklen_t
unix_address(const struct service *s, struct sockaddr_un *a)
{
	char name[16];
	struct text t;

	name_it(s, name, sizeof name);
	a->sun_family = AF_UNIX;
	text_init(&t, a->sun_path, sizeof a->sun_path);
	return text_addf(&t, "%s/%s", s->home->run_dir, name) ? sizeof *a : 0;
}

static int
open_unix(const struct service *s, struct err *err)
{
	const struct listener_unix who = { s->home->watch_uid, s->home->watch_gid, 0600 };
	struct sockaddr_un a = { 0 };

	if (unix_address(s, &a) == 0) {
		err_set(err, ENAMETOOLONG, "no socket in '%s'", s->home->run_dir);
		return -1;
	}
	/* of one that is being ended, or of a bridled that was killed */
	remove_file(s);
	return listener_open_unix(a.sun_path, &who, s->plan->backlog, err);
}

/* Where IPv6 is switched off nobody has ::1, and a listener of IPv6 hears those of IPv4 alone, if it is for both. The kernel
 * chooses the port, which lies at the same place in both families (sockaddr_in, sockaddr_in6). */
static int
open_tcp(struct service *s, struct err *err)
{
	int fd = s->door.family == AF_INET6 ? listener_open_tcp("::1", 0, s->plan->backlog, err) : -1;
	struct sockaddr_in6 a = { 0 };
	socklen_t length = sizeof a;

	if (fd < 0) {
		s->door.family = AF_INET;
		fd = listener_open_tcp("127.0.0.1", 0, s->plan->backlog, err);
	}
	if (fd >= 0 && getsockname(fd, (struct sockaddr *)&a, &length) == 0)
		s->door.port = ntohs(a.sin6_port);
	return fd;
}

static int
open_one(struct service *s, uint32_t number, int beside, struct err *err)
{
	struct sockaddr_storage a = { 0 };
	socklen_t length = sizeof a;
	int fd;

	if (getsockname(beside, (struct sockaddr *)&a, &length) != 0) {
		err_set(err, errno, "no door for its probe");
		return -1;
	}
	s->door = (struct door){ .place = free_place(s->home) };
	s->door.number = number;
	s->door.family = a.ss_family;
	fd = a.ss_family == AF_UNIX ? open_unix(s, err) : open_tcp(s, err);
	if (fd < 0)
		err_prefix(err, "no door for its probe");
	return fd;
}

bool
door_open(struct service *s, uint8_t slot, struct spawn_request *r, int *fds, int *door, struct err *err)
{
	*door = -1;
	if (wants_one(s, slot, r)) {
		*door = open_one(s, s->life.slots[slot].number, fds[0], err);
		if (*door < 0)
			return false;
		fds[r->listener_count++] = *door;
		/* a bridled that crashes while it starts somebody must know where to ask whom it finds */
		memory_service(s);
	}
	if (s->plan->command.listen_fds != NULL)
		conf_command_listeners(&s->plan->command, r->listener_count);
	return true;
}

void
door_follow(struct service *s)
{
	if (s->door.number == 0)
		return;
	for (uint8_t i = 0; i < LIFE_SLOTS; i++)
		if (s->life.slots[i].number == s->door.number && s->life.slots[i].state == GENERATION_BOOTING)
			return;
	if (s->door.family == AF_UNIX)
		remove_file(s);
	s->door = (struct door){ 0 };
}

socklen_t
door_address(const struct service *s, struct sockaddr_storage *a)
{
	struct sockaddr_in *in = (struct sockaddr_in *)(void *)a;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)(void *)a;

	if (s->door.number == 0)
		return 0;
	if (s->door.family == AF_UNIX)
		return unix_address(s, (struct sockaddr_un *)(void *)a);
	if (s->door.family == AF_INET) {
		*in = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(s->door.port) };
		in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		return sizeof *in;
	}
	*in6 = (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_port = htons(s->door.port) };
	in6->sin6_addr = in6addr_loopback;
	return sizeof *in6;
}
