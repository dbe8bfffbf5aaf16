/*
 * spool -- the memory through which log lines pass on their way from pipe to file, and a note of whose they are and
 * how far they got. It outlives the watcher (a file in memory that the supervisor keeps; in run_dir, where that is a
 * tmpfs, it outlives the supervisor too), so a successor can go on exactly where a killed one stopped: it cuts the log
 * back to where the note says and writes the rest again.
 *
 * What that guarantees: kill -9 at any instruction loses, doubles and cuts no byte, but trailing NUL bytes of what was
 * read last. How: bytes are all zero when nothing is in hand, so after a death inside read(2) the last byte that is
 * not zero tells how much the kernel had put there. The note is a pair, of which one index says which one counts: a
 * change is there or not. (A power failure takes it along; that is not this promise.)
 *
 * The file has areas, each with a note and bytes. The first one is read into. Each of the others holds what is kept
 * of a service whose log takes no writes (backlog.h), and is a hole in the file while nobody is stuck.
 */
#ifndef BRIDLE_WATCHER_SPOOL_H
#define BRIDLE_WATCHER_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/msec.h"
#include "watcher/lineformat.h"
#include "wire/page.h"

enum { SPOOL_BYTES = 1 << 20, SPOOL_AREA = 4096 + SPOOL_BYTES, SPOOL_AREAS = 65 };
#define SPOOL_READING UINT32_MAX

/* What was taken from the pipe and not kept. */
struct spool_loss {
	uint64_t bytes, lines;
	msec from, to; /* ms since 1970 */
	bool mid;      /* it ended within a line */
};

struct spool_note {
	char service[PAGE_NAME];  /* "": nothing is in hand */
	uint32_t length;          /* bytes read, or SPOOL_READING */
	uint32_t offset;          /* of these, how many are done with */
	uint64_t skip;            /* bytes made of what follows that are in files already finished */
	struct lineformat format; /* as it was at offset */
	uint64_t inode;           /* the rest goes into this file ... */
	uint64_t size;            /* ... behind so many bytes; what is there beyond them is to be written again */
	msec wall;                /* when they were read: a second writing gives the same stamps */
	uint64_t number;          /* of the reading; in another area, of the last one that is kept or counted there */
	struct spool_loss lost;
};

struct spool {
	struct spool_header *header;
	char *bytes;    /* SPOOL_BYTES */
	size_t touched; /* of bytes, since memory was last given back */
	int fd;         /* -1: memory of our own */
	uint32_t area;
	uint64_t number; /* these two go into every note */
	struct spool_loss lost;
};

/* Map AREA of FD, where there will be room for ROOM bytes; or take memory of our own when it is not a spool, when there is
 * no such area, or no room: `fd` tells. False with ERR: there is no memory either. */
bool spool_open(struct spool *s, int fd, uint32_t area, size_t room, struct err *err);

/* Unmap it; what is in it stays. */
void spool_close(struct spool *s);

/* Give an area back, and unmap it. */
void spool_give_back(struct spool *s);

/* The areas behind the first in which something may be: bit 0 stands for area 1. */
uint64_t spool_areas(const struct spool *s);

/* What a predecessor had in hand: true, and NOTE with its true length. (NOTE is the note in any case.) */
bool spool_left(const struct spool *s, struct spool_note *note);

/* Replace the note, all at once. */
void spool_note(struct spool *s, const struct spool_note *note);

/* LENGTH bytes were read. */
void spool_got(struct spool *s, uint32_t length);

/* Nothing is in hand any more; the first LENGTH bytes are zeroed. */
void spool_done(struct spool *s, size_t length);

/* Give memory back, but for what a quiet service needs. Only with nothing in hand. */
void spool_trim(struct spool *s);

/* Nothing is in hand and all is zero, whatever a predecessor left (it may have been killed while it zeroed). */
void spool_clear(struct spool *s);

#endif
