/*
 * logform -- what stands around a message in a log line: who shipped it, when, which process, which level.
 *
 * The same line of Gunicorn reaches us bare, behind the prefix of journald, docker compose, Kubernetes, a hosting
 * platform or nginx, inside a JSON object of docker or of a logging library, or with parts of its own header left out
 * by a custom format. Layers are peeled off from the left until nothing known is left. Pure; never past the end.
 */
#ifndef BRIDLE_WIRE_LOGFORM_H
#define BRIDLE_WIRE_LOGFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* clang-format off */
enum logform_level { LEVEL_NONE, LEVEL_DEBUG, LEVEL_INFO, LEVEL_WARNING, LEVEL_ERROR, LEVEL_CRITICAL, LEVEL_COUNT };
/* clang-format on */

/* How much of Gunicorn's own header "[time] [pid] [LEVEL] " was there; each one implies the ones before. */
enum logform_header {
	HEADER_NONE,  /* a print(), a traceback, a cut fragment */
	HEADER_LEVEL, /* a level only: custom formats, JSON, threads in which people shorten lines */
	HEADER_PID,   /* process and level */
};

struct logform {
	const char *message; /* within the line */
	size_t length;
	unsigned indent; /* blanks in front of the message, those of a prefix not counted */
	enum logform_level level;
	enum logform_header header;
	int32_t pid;     /* of the process that wrote it; 0 when not said */
	int64_t second;  /* when (wire/stamp.h); -1 when not said. Of several times the last one: Gunicorn's own */
	int32_t ahead;   /* of UTC, in seconds, as that one says it (wire/stamp.h), or STAMP_UNSAID */
	unsigned stamps; /* how many times there were: a shipper's and Gunicorn's need not agree */
	bool dated;      /* the last one has a month's name, as syslog writes it */
	bool named;      /* the program that wrote it stands behind that one */
	bool proxy;      /* nginx wrote it */
	uint32_t source; /* a number for the name of who wrote it, a container or a program, as a shipper has it; 0 when not said */
	size_t strange;  /* bytes in front that are of a kind that is not known, or 0: somebody may be quoting */
};

/* Peel LINE of LENGTH bytes (without newline, any bytes). Cannot fail: what is not known is message. */
void logform_read(struct logform *f, const char *line, size_t length);

#endif
