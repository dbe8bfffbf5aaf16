#include "watcher/backlog.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { WORDS = 192 };

struct backlog *
backlog_new(const struct batch *b, const struct batch_target *to, const struct spool *read, uint32_t area)
{
	uint32_t left = b->length - b->offset;
	struct backlog *log = malloc(sizeof *log);
	struct batch_target noted = *to;

	if (log == NULL || !spool_open(&log->spool, read->fd, area, left, NULL)) {
		free(log);
		return NULL;
	}
	log->found = false;
	log->batch = *b;
	log->batch.bytes = memcpy(log->spool.bytes, b->bytes + b->offset, left);
	log->batch.offset = 0;
	log->batch.length = left;
	/* by it a successor knows whether what it finds in the spool is kept here already (stuck.c) */
	log->spool.number = read->number;
	log->spool.lost = (struct spool_loss){ 0 };
	noted.spool = &log->spool;
	/* before the spool's own note goes: killed in between, we leave these bytes in both, and never in none */
	batch_note(&log->batch, &noted, left);
	return log;
}

/* What is too long, or of another service, is no backlog of this one: somebody else may have its area by now. */
struct backlog *
backlog_find(const char *service, const struct spool *read, uint32_t area)
{
	struct backlog *log = malloc(sizeof *log);
	struct spool_note n;

	if (log == NULL || !spool_open(&log->spool, read->fd, area, 0, NULL)) {
		free(log);
		return NULL;
	}
	if (!spool_left(&log->spool, &n) || strcmp(n.service, service) != 0) {
		backlog_free(log);
		return NULL;
	}
	log->found = true;
	log->batch = (struct batch){ log->spool.bytes, n.length, n.offset, n.skip, n.format, n.wall };
	return log;
}

void
backlog_free(struct backlog *b)
{
	if (b == NULL)
		return;
	spool_close(&b->spool);
	free(b);
}

void
backlog_give_up(struct backlog *b)
{
	if (b == NULL)
		return;
	spool_give_back(&b->spool);
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

	b->spool.lost.bytes += kept->length - whole;
	kept->length = whole;
	/* what was written of that line stays in the file until tell() cuts it there */
	if (kept->offset > whole)
		kept->offset = whole;
	if (whole == 0)
		kept->skip = 0;
}

void
backlog_drop(struct backlog *b, const char *bytes, size_t n, msec wall, uint64_t number)
{
	struct spool_loss *lost = &b->spool.lost;
	struct spool_note note;

	if (n == 0)
		return;
	if (lost->bytes == 0) {
		lost->from = wall;
		cut_kept(b);
	}
	lost->to = wall;
	lost->bytes += n;
	lost->lines += count_lines(bytes, n);
	lost->mid = bytes[n - 1] != '\n';
	/* the file is where it was */
	spool_left(&b->spool, &note);
	note.length = b->batch.length;
	note.offset = b->batch.offset;
	note.skip = b->batch.skip;
	b->spool.number = number;
	spool_note(&b->spool, &note);
}

/* The line that was cut within, whose end is still to come, is one more. */
static void
words_of_loss(const struct spool_loss *lost, char *words, size_t size)
{
	char from[LINEFORMAT_STAMP], to[LINEFORMAT_STAMP];
	struct text t;

	lineformat_stamp(from, lost->from);
	lineformat_stamp(to, lost->to);
	text_init(&t, words, size);
	text_addf(&t, "bridle: %llu lines (%llu bytes) were lost between %s and %s: the disk took no writes\n",
		(unsigned long long)lost->lines + lost->mid, (unsigned long long)lost->bytes, from, to);
}

/* All that was kept is written. If anything was lost, the line that says so is what is kept now: true. */
static bool
tell(struct backlog *b, struct logfile *file)
{
	struct batch *kept = &b->batch;

	if (b->spool.lost.bytes == 0)
		return false;
	logfile_cut_line(file);
	words_of_loss(&b->spool.lost, b->spool.bytes, WORDS);
	kept->length = (uint32_t)strlen(b->spool.bytes);
	kept->offset = 0;
	kept->skip = 0;
	kept->format = (struct lineformat){ .format = kept->format.format };
	b->spool.lost.bytes = b->spool.lost.lines = 0;
	return true;
}

/* Cut away what a predecessor wrote and did not note. If the file is another one, that one was finished before. */
static bool
cut_file(struct backlog *b, struct logfile *file, struct err *err)
{
	struct spool_note note;

	spool_left(&b->spool, &note);
	if (b->found && file->inode == note.inode && note.size < file->size && !logfile_cut(file, note.size, err))
		return false;
	b->found = false;
	return true;
}

bool
backlog_write(struct backlog *b, struct batch_target *to, struct err *err)
{
	struct err rotation_err;
	bool ok;

	to->spool = &b->spool;
	/* at most twice: once what was kept, once the line that says what is missing */
	do {
		if (!logfile_open(to->file, to->log_dir, to->service, b->batch.wall, err) ||
			!cut_file(b, to->file, err))
			return false;
		batch_note(&b->batch, to, b->batch.length);
		ok = batch_write(&b->batch, to, &rotation_err, err);
		batch_note(&b->batch, to, b->batch.length);
	} while (ok && tell(b, to->file));
	return ok;
}
