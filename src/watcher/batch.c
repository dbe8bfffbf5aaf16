#include "watcher/batch.h"

#include <string.h>

#include "base/text.h"
#include "watcher/archive.h"
#include "watcher/rotation.h"

void
batch_note(const struct batch *b, const struct batch_target *to, uint32_t length)
{
	struct spool_note note = {
		.length = length,
		.offset = b->offset,
		.skip = b->skip,
		.format = b->format,
		.inode = to->file->inode,
		.size = to->file->size,
		.wall = b->wall,
	};

	if (to->spool == NULL)
		return;
	text_copy(note.service, sizeof note.service, to->service);
	spool_note(to->spool, &note);
}

/* The finished file gets its name, and a new one is opened. */
static bool
rotate(const struct batch_target *to, msec wall, struct err *err)
{
	if (!archive_add(to->log_dir, to->service, to->keep, wall, err))
		return false;
	logfile_close(to->file);
	return logfile_open(to->file, to->log_dir, to->service, wall, err);
}

/* Only between lines: a file that ends within one would lose its end to the next. */
bool
batch_age(const struct batch_target *to, msec wall, struct err *err)
{
	const struct logfile *f = to->file;

	if (f->fd < 0 || to->max_age == 0 || f->size == 0 || f->mid || wall - f->born < to->max_age)
		return false;
	return rotate(to, wall, err);
}

/* Write N formatted bytes, the first b->skip of which are written already. */
static bool
write_piece(struct batch *b, const struct batch_target *to, const char *out, size_t n, struct err *rotation_err,
	struct err *err)
{
	while (b->skip < n) {
		const char *at = out + b->skip;
		/* a rotation that failed is not tried again at every line of this batch: no bound, and twice of it must
		 * still be a number (rotation.c) */
		uint64_t max = rotation_err->text[0] == '\0' ? to->max_size : UINT64_MAX / 4;
		struct rotation_cut cut = rotation_cut(at, n - (size_t)b->skip, to->file->size, max, to->file->mid);
		size_t done;
		bool ok = logfile_write(to->file, at, cut.now, &done, err);

		b->skip += done;
		if (!ok)
			return false;
		if (!cut.rotate)
			continue;
		/* before the name changes: all of this is in the old file; after: the rest goes into the new one */
		batch_note(b, to, b->length);
		if (!rotate(to, b->wall, rotation_err) && to->file->fd < 0) {
			*err = *rotation_err;
			return false;
		}
		batch_note(b, to, b->length);
	}
	return true;
}

static bool
write_plain(struct batch *b, const struct batch_target *to, struct err *rotation_err, struct err *err)
{
	if (!write_piece(b, to, b->bytes + b->offset, b->length - b->offset, rotation_err, err))
		return false;
	b->offset = b->length;
	b->skip = 0;
	b->format.mid = to->file->mid;
	return true;
}

/* By the piece, each noted when it is written: formatting the same input again gives the same bytes (lineformat.h), so
 * that b->skip is enough to go on from. */
static bool
write_formatted(struct batch *b, const struct batch_target *to, struct err *rotation_err, struct err *err)
{
	char out[16384], stamp[LINEFORMAT_STAMP];

	lineformat_stamp(stamp, b->wall);
	while (b->offset < b->length) {
		const char *in = b->bytes + b->offset;
		size_t n = b->length - b->offset;
		struct lineformat next = b->format;
		size_t made = lineformat_run(&next, to->service, stamp, &in, &n, out, sizeof out);

		if (!write_piece(b, to, out, made, rotation_err, err))
			return false;
		b->offset = b->length - (uint32_t)n;
		b->skip = 0;
		b->format = next;
		batch_note(b, to, b->length);
	}
	return true;
}

bool
batch_write(struct batch *b, const struct batch_target *to, struct err *rotation_err, struct err *err)
{
	rotation_err->text[0] = '\0';
	if (b->format.format == PAGE_LOG_PLAIN)
		return write_plain(b, to, rotation_err, err);
	return write_formatted(b, to, rotation_err, err);
}
