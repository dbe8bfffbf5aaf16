#include "wire/page.h"

#include <assert.h>
#include <sched.h>
#include <stddef.h>
#include <string.h>

/* The copy goes by words of 32 bits: they are atomic everywhere. A load of 64 bits is, on 32-bit machines, a
 * compare-and-swap, and that faults on memory mapped read-only. */
typedef uint32_t __attribute__((may_alias)) word;

enum { WORDS = sizeof(struct page_service) / sizeof(word), TRIES = 1000, SPINS = 16 };

_Static_assert(sizeof(struct page_service) % 8 == 0, "records stay aligned behind each other");
_Static_assert(sizeof(struct page_header) % 8 == 0, "the first record is aligned");
_Static_assert(offsetof(struct page_service, sequence) == 0, "page_read takes the first word for the sequence");

uint64_t
page_size(uint32_t capacity)
{
	return sizeof(struct page_header) + (uint64_t)capacity * sizeof(struct page_service);
}

void
page_init(void *bytes, uint32_t capacity)
{
	struct page_header *header = bytes;

	/* zero in all else: slots that nobody has are PAGE_EMPTY, and even sequences can be read */
	header->magic = PAGE_MAGIC;
	header->version = PAGE_VERSION;
	header->record_size = sizeof(struct page_service);
	header->capacity = capacity;
}

static bool
path_ended(const char path[static PAGE_PATH])
{
	return memchr(path, '\0', PAGE_PATH) != NULL;
}

bool
page_check(const void *bytes, uint64_t size, struct err *err)
{
	const struct page_header *header = bytes;

	if (size < sizeof *header)
		return err_set(err, 0, "page: %llu bytes are less than a header", (unsigned long long)size);
	/* in this order: of another version, nothing behind it is where we look for it */
	if (header->magic != PAGE_MAGIC)
		return err_set(err, 0, "page: this is none (magic %#llx)", (unsigned long long)header->magic);
	if (header->version != PAGE_VERSION || header->record_size != sizeof(struct page_service))
		return err_set(err, 0, "page: version %u with records of %u bytes, expected version %d with %zu",
			header->version, header->record_size, PAGE_VERSION, sizeof(struct page_service));
	if (page_size(header->capacity) > size)
		return err_set(err, 0, "page: too small for %u services", header->capacity);
	if (header->used > header->capacity)
		return err_set(err, 0, "page: %u slots in use of %u", header->used, header->capacity);
	if (!path_ended(header->run_dir) || !path_ended(header->log_dir) || !path_ended(header->syslog))
		return err_set(err, 0, "page: a path without end");
	return true;
}

static const struct page_service *
record_of(const void *page, uint32_t index)
{
	const struct page_header *header = page;

	assert(index < header->capacity);
	return (const struct page_service *)(const void *)((const char *)page + page_size(index));
}

struct page_service *
page_at(void *page, uint32_t index)
{
	return (struct page_service *)record_of(page, index);
}

/* The reader's half of a sequence lock: the acquire load keeps the copy behind the first look at the sequence, the
 * fence keeps it before the second. False: somebody was writing. */
static bool
try_copy(const word *from, word *to)
{
	word before = __atomic_load_n(&from[0], __ATOMIC_ACQUIRE);

	if (before % 2 != 0)
		return false;
	to[0] = before;
	for (unsigned i = 1; i < WORDS; i++)
		to[i] = __atomic_load_n(&from[i], __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return __atomic_load_n(&from[0], __ATOMIC_RELAXED) == before;
}

bool
page_read(const void *page, uint32_t index, struct page_service *out)
{
	const struct page_service *record = record_of(page, index);

	for (unsigned i = 0; i < TRIES; i++) {
		if (try_copy((const word *)record, (word *)out))
			return true;
		/* we may have taken the only CPU from a writer in the middle of it: it would wait for us */
		if (i >= SPINS)
			sched_yield();
	}
	return false;
}

unsigned
page_signatures(const void *page, struct page_signature out[static PAGE_OWN])
{
	const struct page_header *header = page;
	unsigned n = 0;

	for (; n < PAGE_OWN; n++) {
		struct page_signature *s = &out[n];

		*s = header->own[n]; /* one by one: what nobody reads takes no memory */
		s->name[sizeof s->name - 1] = s->phase[sizeof s->phase - 1] = s->pattern[sizeof s->pattern - 1] = '\0';
		if (s->name[0] == '\0' || s->phase[0] == '\0' || s->pattern[0] == '\0')
			break;
	}
	return n;
}

/* The writer's half: the fence keeps what is written next behind the odd number. A number that a dead writer left odd
 * goes on to the next odd one. */
void
page_begin(struct page_service *record)
{
	uint32_t sequence = __atomic_load_n(&record->sequence, __ATOMIC_RELAXED);

	__atomic_store_n(&record->sequence, (sequence + 1) | 1, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_RELEASE);
}

void
page_end(struct page_service *record)
{
	uint32_t sequence = __atomic_load_n(&record->sequence, __ATOMIC_RELAXED);

	assert(sequence % 2 != 0);
	__atomic_store_n(&record->sequence, sequence + 1, __ATOMIC_RELEASE);
}

const char *
page_withheld_key(enum page_withheld bit)
{
	static const char *const keys[] = {
#define WITHHELD(key) #key,
#include "wire/withheld.def"
#undef WITHHELD
	};

	return bit < PAGE_WITHHELD_COUNT ? keys[bit] : "";
}
