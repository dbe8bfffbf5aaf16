#include "watcher/backlog.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

struct backlog *
backlog_new(const struct batch *b)
{
	uint32_t left = b->length - b->offset;
	struct backlog *log = malloc(sizeof *log);
	char *copy = malloc(left > 0 ? left : 1);

	if (log == NULL || copy == NULL) {
		free(log);
		free(copy);
		return NULL;
	}
	if (left > 0)
		memcpy(copy, b->bytes + b->offset, left);
	*log = (struct backlog){ .batch = *b };
	log->batch.bytes = copy;
	log->batch.offset = 0;
	log->batch.length = left;
	return log;
}

void
backlog_free(struct backlog *b)
{
	if (b == NULL)
		return;
	free((char *)b->batch.bytes);
	free(b);
}

static uint64_t
count_lines(const char *bytes, size_t n)
{
	uint64_t lines = 0;
	const char *end;

	while (n > 0 && (end = memchr(bytes, '\n', n)) != NULL) {
		lines++;
		n -= (size_t)(end - bytes) + 1;
		bytes = end + 1;
	}
	return lines;
}

/* The kept part ends within a line whose rest is about to go: the beginning goes too. */
static void
cut_kept(struct backlog *b)
{
	struct batch *kept = &b->batch;
	const char *end = memrchr(kept->bytes, '\n', kept->length);
	uint32_t whole = end == NULL ? 0 : (uint32_t)(end - kept->bytes) + 1;

	b->bytes += kept->length - whole;
	kept->length = whole;
	if (whole == 0)
		kept->skip = 0;
}

void
backlog_drop(struct backlog *b, const char *bytes, size_t n, msec wall)
{
	if (n == 0)
		return;
	if (b->bytes == 0) {
		b->from = wall;
		cut_kept(b);
	}
	b->to = wall;
	b->bytes += n;
	b->lines += count_lines(bytes, n);
	b->mid = bytes[n - 1] != '\n';
}

static void
words_of_loss(const struct backlog *b, char *words, size_t size)
{
	char from[LINEFORMAT_STAMP], to[LINEFORMAT_STAMP];
	struct text t;

	lineformat_stamp(from, b->from);
	lineformat_stamp(to, b->to);
	text_init(&t, words, size);
	text_addf(&t, "bridle: %llu lines (%llu bytes) were lost between %s and %s: the disk took no writes\n",
		(unsigned long long)b->lines + b->mid, (unsigned long long)b->bytes, from, to);
}

bool
backlog_tell(struct backlog *b, struct logfile *file)
{
	char words[192];
	char *copy;

	if (b->bytes == 0)
		return false;
	words_of_loss(b, words, sizeof words);
	copy = strdup(words);
	if (copy == NULL)
		return false;
	logfile_cut_line(file);
	free((char *)b->batch.bytes);
	b->batch.bytes = copy;
	b->batch.length = (uint32_t)strlen(copy);
	b->batch.offset = 0;
	b->batch.skip = 0;
	b->batch.format = (struct lineformat){ .format = b->batch.format.format };
	b->bytes = b->lines = 0;
	return true;
}
