/*
 * briefing -- what on_failure is told of an incident, on its way from the watcher, which has judged, into the environment of
 * the command: variables as execve(2) takes them, each ended by NUL, in the order of the list. Pure.
 *
 * The supervisor puts them there and reads no more of them than their form: which variables, of which characters, how many.
 * What the incident quotes a service may have written.
 */
#ifndef BRIDLE_WIRE_BRIEFING_H
#define BRIDLE_WIRE_BRIEFING_H

#include <stdbool.h>
#include <stddef.h>

/* name in the environment; what it is made of */
#define BRIEFING_VARIABLES(X) \
	X(CLASS, "BRIDLE_CLASS=", BRIEFING_WORD) \
	X(PHASE, "BRIDLE_PHASE=", BRIEFING_WORD) \
	X(INCIDENT, "BRIDLE_INCIDENT=", BRIEFING_OBJECT)

enum briefing_form {
	BRIEFING_WORD,   /* one or more of a-z, 0-9, '.', '-' and '_', as names of classes and phases are */
	BRIEFING_OBJECT, /* UTF-8 without control characters, from { to } */
};

enum briefing_variable {
#define X(name, word, form) BRIEFING_##name,
	BRIEFING_VARIABLES(X)
#undef X
		BRIEFING_COUNT
};

enum { BRIEFING_MAX = 40960 /* bytes of all: a record (judge/record.h), and room */ };

/* VALUES into OUT, BRIEFING_MAX bytes: how many there are then; 0: they are not of their form, or too long. OBJECT_LENGTH: of
 * the last one, which need not be ended. */
size_t briefing_write(const char *const values[BRIEFING_COUNT], size_t object_length, char *out);

/* Are the N BYTES what briefing_write() makes? Then VARIABLES point into them. */
bool briefing_read(char *bytes, size_t n, char *variables[BRIEFING_COUNT]);

#endif
