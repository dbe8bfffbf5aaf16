#include "watcher/kept.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/text.h"
#include "watcher/watch.h"
#include "watcher/watcher.h"

#define KEPT_MAGIC 0x3154504b44524231ull /* "1BRDKPT1" */

struct kept_header {
	uint64_t magic;
	uint32_t record_size; /* of another program's, it is of no use to us */
	uint32_t used;        /* records from the first on: behind them all is a hole */
};

enum { HEAD = 4096, RECORDS = 4096 };
_Static_assert(HEAD + RECORDS * sizeof(struct kept_service) <= WATCHER_KEPT_SIZE, "as many as there may be services");

static bool
is_kept(int fd)
{
	struct stat st;

	/* as in spool.c: no file of somebody else's is taken for it */
	return fd >= 0 && fcntl(fd, F_GET_SEALS) >= 0 && fstat(fd, &st) == 0 && st.st_size == WATCHER_KEPT_SIZE;
}

/* Another of us wrote it, perhaps of another version, perhaps killed in the middle of it: what counting cannot have
 * brought about would be shown as seen. */
static bool
is_sound(struct watcher *w, const struct kept_service *s, msec now)
{
	uint32_t slot;

	return memchr(s->name, '\0', sizeof s->name) != NULL && services_find(&w->services, s->name, &slot) &&
		(s->figures.since == 0 || figures_are_sound(&s->figures, now)) &&
		(s->measures.tally.looked == 0 ||
			(s->measures.timeout_since <= now && tally_is_sound(&s->measures.tally, now) &&
				trend_is_sound(&s->measures.trend, now)));
}

static void
weed(struct watcher *w)
{
	struct kept *k = &w->kept;
	msec now = clock_now();

	/* fresh, or laid out by another program: it begins anew */
	if (k->header->magic != KEPT_MAGIC || k->header->record_size != sizeof *k->at || k->header->used > RECORDS)
		*k->header = (struct kept_header){ KEPT_MAGIC, sizeof *k->at, 0 };
	for (uint32_t i = 0; i < k->header->used; i++)
		if (k->at[i].name[0] != '\0' && !is_sound(w, &k->at[i], now))
			memset(&k->at[i], 0, sizeof k->at[i]);
}

bool
kept_open(struct watcher *w, int fd)
{
	bool shared = is_kept(fd);
	/* all of it at once: pages that nobody touches are a hole in the file, and take nothing */
	void *at = mmap(NULL, WATCHER_KEPT_SIZE, PROT_READ | PROT_WRITE,
		shared ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS, shared ? fd : -1, 0);

	if (at == MAP_FAILED)
		return false;
	w->kept = (struct kept){ .header = at, .at = (void *)((char *)at + HEAD) };
	weed(w);
	return true;
}

void
kept_close(struct watcher *w)
{
	if (w->kept.header != NULL)
		munmap(w->kept.header, WATCHER_KEPT_SIZE);
	w->kept = (struct kept){ 0 };
}

struct kept_service *
kept_find(const struct kept *k, const char *name)
{
	for (uint32_t i = 0; k->header != NULL && i < k->header->used; i++)
		if (strcmp(k->at[i].name, name) == 0)
			return &k->at[i];
	return NULL;
}

/* The name comes last: whoever dies before that has begun nothing. */
struct kept_service *
kept_begin(struct kept *k, const char *name)
{
	struct kept_service *s = kept_find(k, name);

	if (s != NULL || k->header == NULL)
		return s;
	/* places of those that are gone first, so that the file does not grow with every name there ever was */
	s = kept_find(k, "");
	if (s == NULL && k->header->used < RECORDS)
		s = &k->at[k->header->used++];
	if (s == NULL)
		return NULL;
	memset(s, 0, sizeof *s);
	text_copy(s->name, sizeof s->name, name);
	return s;
}

void
kept_forget(struct kept *k, const char *name)
{
	struct kept_service *s = kept_find(k, name);

	if (s != NULL)
		memset(s, 0, sizeof *s);
}
