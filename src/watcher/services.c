#include "watcher/services.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"

/* Room for COUNT slots, the new ones empty. */
static bool
make_room(struct services *s, uint32_t count, struct err *err)
{
	struct service *at;

	if (count <= s->count)
		return true;
	at = realloc(s->at, count * sizeof *at);
	if (at == NULL)
		return err_set(err, ENOMEM, "cannot keep %u services", count);
	memset(at + s->count, 0, (count - s->count) * sizeof *at);
	for (uint32_t i = s->count; i < count; i++) {
		at[i].slot = i;
		log_init(&at[i].log);
	}
	s->at = at;
	s->count = count;
	return true;
}

/* The supervisor sealed it against shrinking, or reading it could end us with SIGBUS. */
static bool
map_page(int fd, const void **page, size_t *size, struct err *err)
{
	struct stat st;
	void *at;

	if (fstat(fd, &st) != 0)
		return err_set(err, errno, "cannot look at the page");
	at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (at == MAP_FAILED)
		return err_set(err, errno, "cannot map the page");
	if (!page_check(at, (uint64_t)st.st_size, err)) {
		munmap(at, (size_t)st.st_size);
		return false;
	}
	*page = at;
	*size = (size_t)st.st_size;
	return true;
}

bool
services_map(struct services *s, int fd, struct err *err)
{
	const void *page = NULL;
	size_t size = 0;
	bool ok = map_page(fd, &page, &size, err);

	/* the mapping lasts without it (mmap(2)) */
	close(fd);
	if (!ok || page == NULL)
		return false;
	if (!make_room(s, ((const struct page_header *)page)->capacity, err)) {
		munmap((void *)page, size);
		return false;
	}
	/* only now: a page that is refused must not take the last one with it */
	if (s->page != NULL)
		munmap((void *)s->page, s->size);
	s->page = page;
	s->size = size;
	return true;
}

/* The slots' own things first, by whoever has them: from here on nobody can be found any more. */
void
services_release(struct services *s)
{
	if (s->page != NULL)
		munmap((void *)s->page, s->size);
	free(s->at);
	*s = (struct services){ 0 };
}

const struct page_header *
services_header(const struct services *s)
{
	return s->page;
}

/* A supervisor that lost its CPU in the middle of a record gets it back while we sleep: 50 ms are many time slices. One
 * that died there leaves it so, and us without a link. */
static bool
read_patiently(const struct services *s, uint32_t slot, struct page_service *out)
{
	enum { TRIES = 50 };
	const struct timespec pause = { .tv_nsec = 1000000 };

	for (int i = 0; i < TRIES; i++) {
		if (page_read(s->page, slot, out))
			return true;
		nanosleep(&pause, NULL);
	}
	return false;
}

bool
services_read(const struct services *s, uint32_t slot, struct page_service *out)
{
	/* `used` grows while we look; slots of ours there are only as many as the page had room for */
	if (slot >= services_header(s)->used || slot >= s->count)
		return false;
	if (!read_patiently(s, slot, out) || out->kind == PAGE_EMPTY)
		return false;
	out->name[PAGE_NAME - 1] = '\0'; /* a copy: whatever was in it, it is a string now */
	return true;
}

bool
services_find(const struct services *s, const char *name, uint32_t *slot)
{
	struct page_service record;

	for (uint32_t i = 0; i < services_header(s)->used; i++) {
		if (services_read(s, i, &record) && strcmp(record.name, name) == 0) {
			*slot = i;
			return true;
		}
	}
	return false;
}

bool
services_nearest(const struct services *s, const char *name, char nearest[PAGE_NAME])
{
	/* a third of it, rounded up, and one, since it has to be less */
	unsigned best = (unsigned)(strlen(name) + 2) / 3 + 1;
	struct page_service record;
	bool found = false;

	for (uint32_t i = 0; i < services_header(s)->used; i++) {
		unsigned distance;

		if (!services_read(s, i, &record) || (distance = text_distance(name, record.name)) >= best)
			continue;
		best = distance;
		memcpy(nearest, record.name, PAGE_NAME);
		found = true;
	}
	return found;
}

const struct page_generation *
services_generation(const struct page_service *record, uint32_t number)
{
	for (unsigned i = 0; i < PAGE_GENERATIONS; i++)
		if (number != 0 && record->generations[i].number == number)
			return &record->generations[i];
	return NULL;
}
