/* fuzz_page -- a page of anybody's. What page_check takes can be read to its end, and no further. */
#include <string.h>

#include "fuzz.h"
#include "wire/page.h"

static void
look(char *page, uint32_t index, const char *end)
{
	struct page_service *record = page_at(page, index), out;

	MUST((char *)record >= page + sizeof(struct page_header) && (char *)(record + 1) <= end);
	if (page_read(page, index, &out))
		MUST(memcmp(&out, record, sizeof out) == 0 && out.sequence % 2 == 0);
	else
		MUST(record->sequence % 2 != 0);
	/* whatever state a writer left it in, the next one makes it whole */
	page_begin(record);
	MUST(record->sequence % 2 != 0);
	page_end(record);
	MUST(record->sequence % 2 == 0);
}

static void
look_at_signatures(const char *page)
{
	struct page_signature own[PAGE_OWN];
	unsigned n = page_signatures(page, own);

	MUST(n <= PAGE_OWN);
	for (unsigned i = 0; i < n; i++) {
		MUST(own[i].name[0] != '\0' && strlen(own[i].name) < PAGE_OWN_NAME);
		MUST(own[i].phase[0] != '\0' && strlen(own[i].phase) < sizeof own[i].phase);
		MUST(own[i].pattern[0] != '\0' && strlen(own[i].pattern) < PAGE_OWN_PATTERN);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct page_header *header;
	char *page = malloc(size > 0 ? size : 1); /* aligned, as a mapping is */
	struct err err = { 0 };

	MUST(page != NULL);
	memcpy(page, data, size);
	header = (const struct page_header *)(const void *)page;
	if (page_check(page, size, &err)) {
		MUST(strlen(header->run_dir) < PAGE_PATH && strlen(header->log_dir) < PAGE_PATH);
		MUST(header->used <= header->capacity && page_size(header->capacity) <= size);
		/* few: reading one that is being written takes a thousand tries */
		for (uint32_t i = 0; i < header->capacity && i < 8; i++)
			look(page, i, page + size);
		look_at_signatures(page);
		if (header->capacity > 0)
			look(page, header->capacity - 1, page + size);
	} else {
		MUST(err.text[0] != '\0');
	}
	free(page);
	return 0;
}
