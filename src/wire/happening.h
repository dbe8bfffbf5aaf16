/*
 * happening -- one line of the journal: what happened to a service, or to bridled itself, and how things stood then. JSON,
 * version HAPPENING_VERSION; the one place that writes and reads it. Pure.
 *
 * A reader passes over what it does not know: another version, another kind, members that are more. So a member may be added
 * without a new version.
 */
#ifndef BRIDLE_WIRE_HAPPENING_H
#define BRIDLE_WIRE_HAPPENING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/msec.h"
#include "wire/jsonw.h"

enum { HAPPENING_VERSION = 1, HAPPENING_NAME = 48, HAPPENING_WHAT = 48, HAPPENING_WORDS = 320, HAPPENING_MAX = 4096 };

/* clang-format off */
/* id, name in the journal: only ever added to */
#define HAPPENING_KINDS(X) \
	X(MOVED, "moved")       /* what: the state that the service is in now; words: why */ \
	X(ASKED, "asked")       /* what: the deed; uid: who asked for it */ \
	X(SCALED, "scaled")     /* what: "2 -> 3" workers; words: why */ \
	X(INCIDENT, "incident") /* what: its class (doc/INCIDENTS.md); words: what that is */ \
	X(BEGAN, "began")       /* what: bridled or watcher; there may be a gap before it */

enum happening_kind {
#define X(id, name) HAPPENING_##id,
	HAPPENING_KINDS(X)
#undef X
	HAPPENING_KIND_COUNT
};
/* clang-format on */

struct happening {
	enum happening_kind kind;
	msec time;                    /* since 1970 */
	char service[HAPPENING_NAME]; /* "": bridled itself */
	char what[HAPPENING_WHAT];
	char words[HAPPENING_WORDS];
	bool alarm;                    /* nobody wanted it */
	int64_t uid;                   /* -1: nobody asked */
	int64_t pid, generation;       /* of the master that ended, or else the one that lives; 0: none */
	int64_t workers, bytes, queue; /* at the last look before; -1: unknown */
	int64_t rate;                  /* requests in a thousand seconds; -1: unknown */
};

/* Nothing known. */
struct happening happening_make(enum happening_kind kind, msec time);

/* The name of KIND (< HAPPENING_KIND_COUNT). */
const char *happening_kind_name(enum happening_kind kind);

/* The members that are the same in the journal and in an answer, into an open object. */
void happening_write_members(struct jsonw *w, const struct happening *h);

/* The whole line as an object. */
void happening_write(struct jsonw *w, const struct happening *h);

/* Read the N bytes of a line. False: it is none of this version, or of a kind that is not known. Texts that are too long
 * are cut, numbers out of range unknown; *H is then whole. On false of no use. */
bool happening_read(struct happening *h, const char *line, size_t n);

#endif
