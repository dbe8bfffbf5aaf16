/*
 * memory.c -- the struct as it is now, then only those bytes of its slot that differ (state_change_...). What is written
 * where is the business of wire/state; here is when.
 */
#include "supervisor/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdalign.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "os/kernfile.h"
#include "os/listener.h"
#include "os/process.h"
#include "supervisor/around.h"
#include "supervisor/bridled.h"
#include "supervisor/service.h"
#include "supervisor/state_life.h"
#include "wire/page.h"

#include "config.h"

/* A container is begun anew without the machine (docker start, with the same writable layer): by then process 1 is another one.
 * Numbers of namespaces would not tell, they are given again at once. */
void
memory_boot(char boot[STATE_BOOT])
{
	char id[STATE_BOOT] = "";
	struct process_sample first;

	kernfile_read(AT_FDCWD, "/proc/sys/kernel/random/boot_id", id, sizeof id);
	/* of 122 random bits 80 do; with hidepid= process 1 may not be seen, ever */
	snprintf(boot, STATE_BOOT, "%.23s.%012llu", id,
		process_sample(1, &first) ? (unsigned long long)first.start : 0);
}

/* ---- the file ---- */

/* Under another name until everything is in it: a crash while we begin leaves the old one, which is still right. */
static int
open_file(struct bridled *b)
{
	unlinkat(b->run_fd, "state.new", 0);
	return openat(b->run_fd, "state.new", O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
}

/* Slots that nobody is in are holes. */
static bool
write_header(int fd, uint32_t capacity)
{
	struct state_header header[1];
	char boot[STATE_BOOT];

	memory_boot(boot);
	state_init(header, capacity, boot, PACKAGE_VERSION);
	return ftruncate(fd, (off_t)state_size(capacity)) == 0 && pwrite(fd, header, sizeof header, 0) == sizeof header;
}

bool
memory_make(struct bridled *b, struct err *err)
{
	struct memory *m = &b->memory;

	*m = (struct memory){ .fd = open_file(b), .named = true };
	if (m->fd >= 0 && write_header(m->fd, b->capacity))
		return true;
	log_warning("'%s/state' cannot be had (%s): services will not be known again after a kill -9", b->run_dir,
		strerror(errno));
	if (m->fd >= 0)
		close(m->fd);
	/* It survives a crash and a re-exec, by its number; after a kill -9 it is gone. A memfd begins open to everybody, and
	 * the watcher can see it in /proc/PID/fd. */
	*m = (struct memory){ .fd = memfd_create("bridle-memory", MFD_CLOEXEC) };
	if (m->fd >= 0 && fchmod(m->fd, 0600) == 0 && write_header(m->fd, b->capacity))
		return true;
	return err_set(err, errno, "cannot have memory that outlives us");
}

void
memory_publish(struct bridled *b)
{
	memory_catch_up(b);
	if (b->memory.named && renameat(b->run_fd, "state.new", b->run_fd, "state") != 0)
		log_warning("cannot name '%s/state': %s", b->run_dir, strerror(errno));
}

void
memory_end(struct bridled *b)
{
	if (b->memory.fd >= 0)
		close(b->memory.fd);
	b->memory.fd = -1;
}

/* ---- records ---- */

static void
fill_listeners(const struct service *s, struct state_service *record)
{
	for (uint32_t i = 0; i < s->held.count && i < STATE_LISTENERS; i++) {
		const struct held_listener *h = &s->held.at[i];
		struct state_listener *to = &record->listeners[i];

#define LISTENER_INT(tag, name, where) to->name = (int64_t)(where);
#define LISTENER_FD(tag, name, where) to->name = (int64_t)(where);
#include "wire/state.def"
		text_copy(to->text, sizeof to->text, h->text);
		text_copy(to->path, sizeof to->path, h->path != NULL ? h->path : "");
	}
	record->listener_count = s->held.count < STATE_LISTENERS ? s->held.count : STATE_LISTENERS;
}

void
memory_fill_service(struct service *s, struct state_service *record)
{
	_Static_assert((int)HELD_MAX == (int)STATE_LISTENERS, "every listener of a plan is remembered");
	/* one list, read with the macros of the moment: of a service here, of each of its slots below */
	state_life_save(&s->life, record);
#define SERVICE_INT(tag, name, where) record->name = (int64_t)(where);
#define SERVICE_FD(tag, name, where) record->name = (int64_t)(where);
#define SERVICE_TEXT(tag, name, size, where) text_copy(record->name, size, where);
#include "wire/state.def"
	for (uint8_t i = 0; i < LIFE_SLOTS; i++) {
		struct state_generation *to = &record->generations[i];

#define SLOT_INT(tag, name, where) to->name = (int64_t)(where);
#define SLOT_FD(tag, name, where) to->name = (int64_t)(where);
#include "wire/state.def"
	}
	fill_listeners(s, record);
}

void
memory_fill_bridled(struct bridled *b, struct state_bridled *record)
{
	*record = (struct state_bridled){ 0 };
#define BRIDLED_INT(tag, name, where) record->name = (int64_t)(where);
#define BRIDLED_FD(tag, name, where) record->name = (int64_t)(where);
#define BRIDLED_TEXT(tag, name, size, where) text_copy(record->name, size, where);
#include "wire/state.def"
}

/* ---- slots ---- */

/* One slot of the file, between reading and writing it; one record. Too big for the stack, and too seldom in use to be
 * taken for each service. */
static alignas(8) char slot_bytes[STATE_SLOT];
static struct state_service record;

static void *
read_slot(const struct bridled *b, size_t offset)
{
	ssize_t n = pread(b->memory.fd, slot_bytes, sizeof slot_bytes, (off_t)offset);

	/* behind the end of what was written, or an error: as if nothing had ever been there */
	if (n < (ssize_t)sizeof slot_bytes)
		memset(slot_bytes + (n > 0 ? n : 0), 0, sizeof slot_bytes - (n > 0 ? (size_t)n : 0));
	return slot_bytes;
}

static void
write_change(struct bridled *b, size_t offset, const struct state_change *change, bool fits, const char *of)
{
	ssize_t n = change->length;

	if (fits && n > 0)
		n = pwrite(b->memory.fd, slot_bytes + change->offset, change->length, (off_t)(offset + change->offset));
	/* said once, or a full file system would fill the log as well */
	if ((fits && n == (ssize_t)change->length) || b->memory.said)
		return;
	b->memory.said = true;
	log_error("%s: there is no room in '%s' to remember it: it will not be known again after a crash", of,
		b->run_dir);
}

void
memory_service(struct service *s)
{
	struct bridled *b = s->home;
	size_t offset = state_offset(s->slot);
	struct state_change change;
	bool fits;

	s->unwritten = false;
	if (b->memory.fd < 0)
		return;
	memory_fill_service(s, &record);
	fits = state_change_service(read_slot(b, offset), &record, &change);
	write_change(b, offset, &change, fits, s->name);
}

/* ---- listeners ---- */

struct batch {
	int fds[DEPOSIT_MOST];
	size_t n;
	bool good;
};

/* What does not fit (the sender's buffer) is only what ends with us: no reason to stop. */
static void
put_batch(struct bridled *b, struct batch *batch)
{
	if (batch->n > 0 && !deposit_put(&b->deposit, batch->fds, batch->n))
		batch->good = false;
	batch->n = 0;
}

/* Of one that serves, its master has them as well, out of which the next bridled takes them (adopt.h): they are nothing that
 * the watcher, to whom strangers speak, need have. Those that were given are kept by who gave them. */
static void
put_listeners(struct bridled *b, const struct service *s, struct batch *batch)
{
	if (s->life.state == LIFE_RUNNING || s->life.state == LIFE_RELOADING || s->life.state == LIFE_REPLACING)
		return;
	for (uint32_t i = 0; i < s->held.count; i++) {
		if (s->held.at[i].fd < 0 || s->held.at[i].given)
			continue;
		batch->fds[batch->n++] = s->held.at[i].fd;
		if (batch->n == DEPOSIT_MOST)
			put_batch(b, batch);
	}
}

/* False with errno: some found no room. */
static bool
put_all(struct bridled *b)
{
	struct batch batch = { .good = true };

	for (uint32_t i = 0; i < b->capacity; i++)
		if (b->services[i] != NULL)
			put_listeners(b, b->services[i], &batch);
	put_batch(b, &batch);
	return batch.good;
}

/* All of them anew, and only then the old ones away: at no moment is one missing. Where there is no room for them twice (ETOOMANYREFS
 * of unix(7): a user may have no more on the way than one process may have open), rather none for a moment than some of them for long. */
static void
deposit_listeners(struct bridled *b)
{
	const unsigned before = b->deposit.packets;
	bool good = put_all(b);

	deposit_drop(&b->deposit, before);
	if (!good && before > 0) {
		deposit_drop(&b->deposit, b->deposit.packets);
		good = put_all(b);
	}
	if (!good)
		log_debug("some listeners would end with us: %s", strerror(errno));
}

void
memory_closed(struct bridled *b)
{
	deposit_drop(&b->deposit, b->deposit.packets);
}

/* ---- what is due ---- */

void
memory_later(struct service *s)
{
	s->unwritten = s->home->memory.behind = true;
}

void
memory_catch_up(struct bridled *b)
{
	if (!b->memory.behind)
		return;
	b->memory.behind = false;
	for (uint32_t i = 0; i < b->capacity; i++)
		if (b->services[i] != NULL && b->services[i]->unwritten)
			memory_service(b->services[i]);
	deposit_listeners(b);
}

/* At once: there are few of these moves, and what they say (stopping, a new watcher) is needed by whoever follows. */
void
memory_bridled(struct bridled *b)
{
	struct state_bridled whole;
	struct state_change change;
	bool fits;

	if (b->memory.fd < 0)
		return;
	memory_fill_bridled(b, &whole);
	fits = state_change_bridled(read_slot(b, STATE_OFFSET_BRIDLED), &whole, &change);
	write_change(b, STATE_OFFSET_BRIDLED, &change, fits, "bridled");
}

void
memory_forget(struct bridled *b, uint32_t slot)
{
	struct state_change change;

	if (b->memory.fd < 0)
		return;
	state_change_forget(read_slot(b, state_offset(slot)), &change);
	write_change(b, state_offset(slot), &change, true, "a service");
}

/* ---- for another program ---- */

/* As it stands in the file, not as we are: both are the same after memory_catch_up(). */
static bool
copy_slot(struct bridled *b, int fd, size_t offset)
{
	return pwrite(fd, read_slot(b, offset), STATE_SLOT, (off_t)offset) == STATE_SLOT;
}

static bool
copy_slots(struct bridled *b, int fd)
{
	if (!copy_slot(b, fd, 0) || !copy_slot(b, fd, STATE_OFFSET_BRIDLED))
		return false;
	for (uint32_t i = 0; i < b->capacity; i++)
		if (b->services[i] != NULL && !copy_slot(b, fd, state_offset(i)))
			return false;
	return true;
}

int
memory_copy(struct bridled *b, struct err *err)
{
	int fd = memfd_create("bridle-state", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	memory_catch_up(b);
	/* sealed: whoever else gets hold of it (/proc/PID/fd) cannot change what the next program goes on from */
	if (fd >= 0 && ftruncate(fd, (off_t)state_size(b->capacity)) == 0 && copy_slots(b, fd) &&
		fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) == 0)
		return fd;
	err_set(err, errno, "cannot hand over what must be remembered");
	if (fd >= 0)
		close(fd);
	return -1;
}

void
memory_descriptors(struct bridled *b, void (*visit)(void *context, int fd), void *context)
{
	struct state_bridled whole;

	memory_fill_bridled(b, &whole);
	state_descriptors_of_bridled(&whole, visit, context);
	for (uint32_t i = 0; i < b->capacity; i++) {
		if (b->services[i] == NULL)
			continue;
		memory_fill_service(b->services[i], &record);
		state_descriptors_of_service(&record, visit, context);
	}
}
