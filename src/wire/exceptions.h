/*
 * exceptions -- the last line of a Python traceback: "psycopg2.OperationalError: could not connect to server".
 */
#ifndef BRIDLE_WIRE_EXCEPTIONS_H
#define BRIDLE_WIRE_EXCEPTIONS_H

#include <stdbool.h>
#include <stddef.h>

/* clang-format off */
enum exception {
	EXCEPTION_NONE,
	EXCEPTION_REENTRANT,    /* logging from within logging, in the master's signal handler */
	EXCEPTION_HALT,         /* HaltServer: the master ends because of a worker */
	EXCEPTION_APP_IMPORT,   /* module:attribute gave no application */
	EXCEPTION_WORKER_TMP, EXCEPTION_RUNNING, EXCEPTION_WORKER_CLASS, EXCEPTION_NOT_WRITABLE,
	EXCEPTION_CIRCULAR, EXCEPTION_MISSING, EXCEPTION_BROKEN, EXCEPTION_SYNTAX,
	EXCEPTION_MEMORY,       /* Python's own */
	EXCEPTION_THREAD, EXCEPTION_FILES, EXCEPTION_DISK,
	EXCEPTION_NO_MEMORY,    /* errno 12 */
	EXCEPTION_AGAIN,        /* errno 11 */
	EXCEPTION_ENVIRONMENT,  /* a variable that is not set, in words */
	EXCEPTION_KEY,          /* KeyError: of the environment or of any other mapping */
	EXCEPTION_TABLE,        /* a database that is there, without what is asked of it */
	EXCEPTION_DEPENDENCY,   /* something that does not answer */
	EXCEPTION_LEAVING,      /* the interpreter is on its way out: a request in a worker that leaves */
	EXCEPTION_PEER,         /* the client went away */
	EXCEPTION_COMMAND,      /* a program that was run ended with another status than 0 */
	EXCEPTION_EXIT,
	EXCEPTION_INTERRUPT,    /* Ctrl-C, where nobody handled it yet */
	EXCEPTION_OTHER,
	EXCEPTIONS
};
/* clang-format on */

/* Where name and message stand in the line. */
struct exception_line {
	enum exception kind;
	size_t name;    /* bytes of the name, at the beginning */
	size_t message; /* where the message begins; the length when there is none */
};

/* Is LINE of LENGTH bytes "Name" or "Name: message" with a dotted Python name? With ANY_NAME every such line is one (it
 * stands where only an exception can stand), otherwise only names that exceptions have. */
bool exception_read(struct exception_line *e, const char *line, size_t length, bool any_name);

#endif
