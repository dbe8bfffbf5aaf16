/* service_show: what the page says of a service. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/text.h"
#include "os/listener.h"
#include "supervisor/around.h"
#include "supervisor/bridled.h"
#include "supervisor/door.h"
#include "supervisor/service.h"

static void
show_generations(const struct service *s, struct page_service *record)
{
	_Static_assert((int)PAGE_GENERATIONS == (int)LIFE_SLOTS, "every slot is shown");
	for (uint8_t i = 0; i < LIFE_SLOTS; i++) {
		const struct generation *g = &s->life.slots[i];

		record->generations[i] = (struct page_generation){
			.number = g->state == GENERATION_FREE ? 0 : g->number,
			/* a command in its place has no workers to look at */
			.master = around_leads(s, i) ? 0 : s->home->masters[s->slot * LIFE_SLOTS + i],
			.started = g->since,
			.state = (uint8_t)g->state,
			.singly = s->singly[i],
			.adopted = s->adopted[i],
		};
	}
}

/* In the byte order of the host; 0 for a unix socket. */
static uint16_t
port_of(const struct sockaddr_storage *a)
{
	if (a->ss_family == AF_INET)
		return ntohs(((const struct sockaddr_in *)(const void *)a)->sin_port);
	return a->ss_family == AF_INET6 ? ntohs(((const struct sockaddr_in6 *)(const void *)a)->sin6_port) : 0;
}

static void
show_listeners(const struct service *s, struct page_service *record)
{
	struct text addresses;
	uint8_t n = 0;

	text_init(&addresses, record->addresses, sizeof record->addresses);
	for (uint32_t i = 0; i < s->held.count && n < PAGE_LISTENERS; i++) {
		struct sockaddr_storage address = { 0 };
		socklen_t length = sizeof address;

		if (s->held.at[i].fd < 0 || getsockname(s->held.at[i].fd, (struct sockaddr *)&address, &length) != 0)
			continue;
		text_addf(&addresses, n > 0 ? " %s" : "%s", s->held.at[i].text);
		record->listener[n++] = (struct page_listener){
			/* by this the watcher finds its queue among all sockets of the machine (os/sockdiag.h) */
			.inode = listener_inode(s->held.at[i].fd),
			.backlog = s->plan != NULL ? (uint32_t)s->plan->backlog : 0,
			.family = address.ss_family,
			.port = port_of(&address),
		};
	}
	record->listeners = n;
}

/* Where any client of this machine would find it: by path, and what listens everywhere by the loopback address. */
static socklen_t
client_address(const struct held_listener *l, struct sockaddr_storage *a)
{
	struct sockaddr_un *un = (struct sockaddr_un *)(void *)a;
	struct sockaddr_in *in = (struct sockaddr_in *)(void *)a;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)(void *)a;
	socklen_t length = sizeof *a;

	if (l->fd < 0 || !l->wanted || getsockname(l->fd, (struct sockaddr *)a, &length) != 0)
		return 0;
	if (l->path != NULL) /* its file was moved to its place: the kernel knows the name that it had before */
		return text_copy(un->sun_path, sizeof un->sun_path, l->path) ? sizeof *un : 0;
	if (a->ss_family == AF_INET && in->sin_addr.s_addr == htonl(INADDR_ANY))
		in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (a->ss_family == AF_INET6 && IN6_IS_ADDR_UNSPECIFIED(&in6->sin6_addr))
		in6->sin6_addr = in6addr_loopback;
	return length;
}

static void
show_probe(const struct service *s, struct page_service *record)
{
	struct sockaddr_storage door = { 0 };

	record->probe_length = 0;
	if (record->settings.probe.target[0] == '\0')
		return;
	if (s->kind == CONF_PROGRAM) {
		_Static_assert(sizeof(struct sockaddr_un) <= sizeof record->probe_address, "the longest fits");
		record->probe_length = plan_program_of(s->plan)->address_length;
		memcpy(record->probe_address, &plan_program_of(s->plan)->address, record->probe_length);
		return;
	}
	record->probe_length = door_address(s, &door);
	memcpy(record->probe_address, &door, record->probe_length);
	for (uint32_t i = 0; i < s->held.count && record->probe_length == 0; i++) {
		struct sockaddr_storage address = { 0 };

		record->probe_length = client_address(&s->held.at[i], &address);
		memcpy(record->probe_address, &address, record->probe_length);
	}
}

/* They change with the plan only, and the page is where they stay: a second copy a service would be a third of what a
 * service costs. */
static void
take_settings(struct service *s, struct page_service *record)
{
	if (s->plan == NULL || s->plan->settings == NULL) /* they are in the page already */
		return;
	record->settings = *s->plan->settings;
	free(s->plan->settings);
	s->plan->settings = NULL;
}

/* Only that: service_show() leaves it as it is. */
static void
tell(struct service *s, const char *why, bool of_command)
{
	struct page_service *record = page_at(s->home->page, s->slot);

	page_begin(record);
	text_copy(record->why, sizeof record->why, why);
	record->of_command = of_command;
	page_end(record);
}

void
service_tell_why(struct service *s, const char *why)
{
	tell(s, why, false);
}

void
service_tell_command(struct service *s, const char *why)
{
	tell(s, why, true);
}

void
service_show(struct service *s)
{
	struct page_service *record = page_at(s->home->page, s->slot);
	const struct life *l = &s->life;

	page_begin(record);
	record->kind = s->kind == CONF_GUNICORN ? PAGE_GUNICORN : PAGE_PROGRAM;
	record->state = (uint8_t)l->state;
	record->incarnation = s->incarnation;
	record->generation = l->current == LIFE_NONE ? 0 : l->slots[l->current].number;
	record->wanted = s->wanted;
	record->restarts = s->restarts;
	record->since = l->since;
	record->due = l->due;
	record->last_status = s->last_status;
	record->last_pid = s->last_pid;
	record->last_ended = s->last_ended;
	record->last_started = s->last_ended - s->last_age; /* 0 where none has ended */
	record->streak = l->restart.streak;
	record->from = s->from;
	record->manner = s->manner;
	record->half_way = s->half_way;
	record->outdated = service_is_outdated(s);
	record->event = s->event;
	text_copy(record->name, sizeof record->name, s->name);
	take_settings(s, record);
	show_generations(s, record);
	show_listeners(s, record);
	show_probe(s, record);
	page_end(record);
	/* what is shown is remembered, too: both change together */
	memory_later(s);
}
