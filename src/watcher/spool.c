#include "watcher/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "watcher/watcher.h"

enum { SPOOL_MAGIC = 0x53504f32, KEEP = 16384 /* bytes that stay mapped: a quiet service's lines */ };

struct spool_header {
	uint32_t magic;
	_Atomic uint32_t current; /* which note counts: 0 or 1 */
	struct spool_note notes[2];
};

_Static_assert(sizeof(struct spool_header) <= SPOOL_AREA - SPOOL_BYTES, "the note fits before the bytes");
_Static_assert((int)WATCHER_SPOOL_SIZE == SPOOL_AREAS * SPOOL_AREA, "who makes the file knows its size");

static bool
is_spool(int fd)
{
	struct stat st;

	/* F_GET_SEALS succeeds on files in memory alone (fcntl(2)): no other is taken for it */
	return fd >= 0 && fcntl(fd, F_GET_SEALS) >= 0 && fstat(fd, &st) == 0 && st.st_size == WATCHER_SPOOL_SIZE;
}

static off_t
offset_of(uint32_t area)
{
	return (off_t)area * SPOOL_AREA;
}

/* The note and the first bytes are there for good. On a tmpfs that is full, a page that is not is a SIGBUS for us; read(2)
 * just takes less, and leaves the rest in the pipe (copy_page_to_iter() in pipe_read() of fs/pipe.c). */
static bool
reserve(int fd, uint32_t area, size_t room)
{
	return fallocate(fd, 0, offset_of(area), (off_t)(SPOOL_AREA - SPOOL_BYTES + (room > KEEP ? room : KEEP))) == 0;
}

bool
spool_open(struct spool *s, int fd, uint32_t area, size_t room, struct err *err)
{
	bool shared = is_spool(fd) && area < SPOOL_AREAS && reserve(fd, area, room);
	void *at = mmap(NULL, SPOOL_AREA, PROT_READ | PROT_WRITE, shared ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS,
		shared ? fd : -1, shared ? offset_of(area) : 0);
	struct spool_header *h = at;

	if (at == MAP_FAILED)
		return err_set(err, errno, "cannot map the spool");
	/* a fresh hole, or of a program with another layout: nothing of it could be understood */
	if (h->magic != SPOOL_MAGIC) {
		memset(h, 0, sizeof *h);
		h->magic = SPOOL_MAGIC;
	}
	*s = (struct spool){ .header = h,
		.bytes = (char *)at + (SPOOL_AREA - SPOOL_BYTES),
		.fd = shared ? fd : -1,
		.area = area,
		.number = h->notes[0].number > h->notes[1].number ? h->notes[0].number : h->notes[1].number,
		.lost = h->notes[atomic_load(&h->current) % 2].lost };
	return true;
}

void
spool_close(struct spool *s)
{
	munmap(s->header, SPOOL_AREA);
}

void
spool_give_back(struct spool *s)
{
	struct spool_note nothing = { .service = "" };

	spool_note(s, &nothing);
	if (s->fd >= 0)
		/* its memory goes back to the machine; the file keeps its size, by which it is known */
		fallocate(s->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset_of(s->area), SPOOL_AREA);
	spool_close(s);
}

uint64_t
spool_areas(const struct spool *s)
{
	uint64_t areas = 0;

	for (uint32_t i = 1; s->fd >= 0 && i < SPOOL_AREAS; i++) {
		off_t at = lseek(s->fd, offset_of(i), SEEK_DATA);

		if (at < 0) /* ENXIO: nothing but a hole is left */
			break;
		i = (uint32_t)(at / SPOOL_AREA);
		areas |= UINT64_C(1) << ((i - 1) % 64);
	}
	return areas;
}

/* By pread(2): to look at a hole through the mapping would fill it. */
static uint32_t
true_length(const struct spool *s)
{
	uint32_t end = s->fd >= 0 ? SPOOL_BYTES : 0;
	char piece[4096];

	for (; end > 0; end -= (uint32_t)sizeof piece) {
		ssize_t n = pread(s->fd, piece, sizeof piece,
			offset_of(s->area) + (off_t)(SPOOL_AREA - SPOOL_BYTES + end - sizeof piece));

		while (n > 0 && piece[n - 1] == '\0')
			n--;
		if (n > 0)
			return end - (uint32_t)sizeof piece + (uint32_t)n;
	}
	return 0;
}

bool
spool_left(const struct spool *s, struct spool_note *note)
{
	*note = s->header->notes[atomic_load(&s->header->current) % 2];
	/* a predecessor wrote it, and nobody knows how far he got: what cannot be so is no note */
	/* it died in read(2), or right behind it: the bytes themselves tell how many there are */
	if (note->length == SPOOL_READING)
		note->length = true_length(s);
	note->service[PAGE_NAME - 1] = '\0';
	return note->service[0] != '\0' && note->length <= SPOOL_BYTES && note->offset <= note->length &&
		(note->offset < note->length || note->lost.bytes > 0);
}

void
spool_note(struct spool *s, const struct spool_note *note)
{
	uint32_t other = 1 - atomic_load_explicit(&s->header->current, memory_order_relaxed) % 2;

	/* the one that does not count is written, and then counts: killed in between, we leave the last whole one */
	s->header->notes[other] = *note;
	s->header->notes[other].number = s->number;
	s->header->notes[other].lost = s->lost;
	atomic_store_explicit(&s->header->current, other, memory_order_release);
}

void
spool_got(struct spool *s, uint32_t length)
{
	uint32_t current = atomic_load_explicit(&s->header->current, memory_order_relaxed) % 2;

	/* in the note that counts, by one store: it was SPOOL_READING, and is either that or this */
	*(volatile uint32_t *)&s->header->notes[current].length = length;
	if (length > s->touched)
		s->touched = length;
}

void
spool_done(struct spool *s, size_t length)
{
	uint32_t other = 1 - atomic_load_explicit(&s->header->current, memory_order_relaxed) % 2;

	s->header->notes[other].service[0] = '\0';
	atomic_store_explicit(&s->header->current, other, memory_order_release);
	/* behind the note, which says already that nothing is in hand: killed here, spool_clear zeroes the rest */
	memset(s->bytes, 0, length);
}

/* Zero everything from FROM on and give its memory back: a hole in a memfd and dropped private memory both read as
 * zero, which is what must stand there. */
static void
drop(struct spool *s, size_t from)
{
	bool ok;

	if (s->fd < 0)
		ok = madvise(s->bytes + from, SPOOL_BYTES - from, MADV_DONTNEED) == 0;
	else
		ok = fallocate(s->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			     offset_of(s->area) + (off_t)(SPOOL_AREA - SPOOL_BYTES + from),
			     (off_t)(SPOOL_BYTES - from)) == 0;
	if (!ok && from == 0)
		memset(s->bytes, 0, SPOOL_BYTES);
	if (s->fd >= 0 && from == 0)
		reserve(s->fd, s->area, KEEP);
	s->touched = from;
}

void
spool_trim(struct spool *s)
{
	if (s->touched > KEEP)
		drop(s, KEEP);
}

void
spool_clear(struct spool *s)
{
	struct spool_note nothing = { .service = "" };

	spool_note(s, &nothing);
	drop(s, 0);
}
