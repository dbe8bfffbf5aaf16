/*
 * statsd -- what Gunicorn tells of itself (gunicorn/instrument/statsd.py, 20.1 to 27.0), one metric a datagram. Pure.
 *
 *	NAME/.gunicorn.requests:1|c|@1.0
 *	NAME/PREFIX.gunicorn.request.duration:12.345|ms|#tag:value
 *
 * One socket hears all services, so the prefix that Bridle gives them begins with the service's name and a slash, which no
 * name holds. Behind it is what a statsd of the user's own would have got.
 */
#ifndef BRIDLE_WIRE_STATSD_H
#define BRIDLE_WIRE_STATSD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum statsd_kind {
	STATSD_OTHER,    /* a metric of the application's, or of a Gunicorn that we do not know */
	STATSD_REQUESTS, /* value: how many */
	STATSD_DURATION, /* value: microseconds */
	STATSD_STATUS,   /* value: how many; detail: 100 to 999 */
	STATSD_WORKERS,  /* value: how many there are */
	STATSD_LOG,      /* value: how many lines; detail: enum statsd_level */
};

enum statsd_level { STATSD_CRITICAL, STATSD_ERROR, STATSD_WARNING, STATSD_EXCEPTION, STATSD_LEVELS };

enum { STATSD_NAME = 47 /* bytes of a service's name at most */, STATSD_SIZE = 1400 /* of a datagram at most */ };

struct statsd_metric {
	const char *name, *own; /* the service; what is behind it: printable, within the datagram, not ended by NUL */
	size_t name_length, own_length; /* 1 to STATSD_NAME; 1 or more */
	enum statsd_kind kind;
	int64_t value; /* >= 0 */
	int detail;
};

/* Read the N BYTES of a datagram. False: it is none that a Gunicorn of ours sends, and of no use; *M is then undefined. */
bool statsd_read(struct statsd_metric *m, const char *bytes, size_t n);

#endif
