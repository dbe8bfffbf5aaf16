/*
 * syslog -- an incident as a message of RFC 5424, with structured data. Pure.
 */
#ifndef BRIDLE_WIRE_SYSLOG_H
#define BRIDLE_WIRE_SYSLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/msec.h"

/* What every receiver takes over UDP (section 6.1), with room to spare. */
enum { SYSLOG_MAX = 1400 };

struct syslog_message {
	msec at;          /* since 1970 */
	bool alarm;       /* a warning, or a mere notice */
	const char *host; /* "" unknown */
	int32_t pid;      /* of who says it */
	const char *service, *class, *phase;
	uint32_t number; /* of the incident */
	unsigned confidence, times, died;
	const char *words; /* a sentence */
};

/* Write M into BYTES, without a NUL: its length. What does not fit is cut from the sentence. In names, which may have 255, 48
 * and 32 bytes of printable ASCII, anything else becomes _; in values ", \ and ] are escaped, and what a terminal would obey is
 * made visible. */
size_t syslog_format(const struct syslog_message *m, char bytes[static SYSLOG_MAX]);

#endif
