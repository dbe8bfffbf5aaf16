#include "watcher/own.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "judge/phase.h"
#include "wire/page.h"

struct own {
	unsigned count;
	struct signature_own at[SIGNATURES_OWN];
	struct page_signature words[PAGE_OWN]; /* that they point to; zero behind the last */
};

_Static_assert((int)PAGE_OWN <= (int)SIGNATURES_OWN, "all of the page's are looked for");

struct own *
own_of(const void *page)
{
	struct page_signature words[PAGE_OWN];
	unsigned count = page_signatures(page, words);
	struct own *own = count > 0 ? calloc(1, sizeof *own) : NULL;

	if (count > 0 && own == NULL)
		log_warning("no memory for your own signatures: they are not looked for");
	if (own == NULL)
		return NULL;
	own->count = count;
	memcpy(own->words, words, count * sizeof *words);
	for (unsigned i = 0; i < count; i++)
		own->at[i] = (struct signature_own){ .name = own->words[i].name,
			.pattern = own->words[i].pattern,
			.phase = phase_of(own->words[i].phase) };
	return own;
}

/* Words, not pointers: the page is mapped anew when the supervisor was, at another address. */
bool
own_same(const struct own *a, const struct own *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return a->count == b->count && memcmp(a->words, b->words, sizeof a->words) == 0;
}

void
own_teach(const struct own *own, struct recogniser *r)
{
	if (own != NULL)
		recogniser_know(r, own->at, own->count);
}
