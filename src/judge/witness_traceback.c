#include "judge/witness_traceback.h"

#include <string.h>

static const enum fact raised[EXCEPTIONS] = {
	[EXCEPTION_REENTRANT] = FACT_X_REENTRANT,
	[EXCEPTION_APP_IMPORT] = FACT_NO_APPLICATION,
	[EXCEPTION_WORKER_TMP] = FACT_WORKER_TMP,
	[EXCEPTION_RUNNING] = FACT_PIDFILE,
	[EXCEPTION_WORKER_CLASS] = FACT_WORKER_CLASS,
	[EXCEPTION_NOT_WRITABLE] = FACT_NOT_WRITABLE,
	[EXCEPTION_CIRCULAR] = FACT_X_CIRCULAR,
	[EXCEPTION_MISSING] = FACT_X_MISSING,
	[EXCEPTION_BROKEN] = FACT_X_BROKEN,
	[EXCEPTION_SYNTAX] = FACT_X_SYNTAX,
	[EXCEPTION_MEMORY] = FACT_X_MEMORY,
	[EXCEPTION_THREAD] = FACT_X_THREAD,
	[EXCEPTION_FILES] = FACT_X_FILES,
	[EXCEPTION_DISK] = FACT_X_DISK,
	[EXCEPTION_NO_MEMORY] = FACT_X_NO_MEMORY,
	[EXCEPTION_AGAIN] = FACT_X_AGAIN,
	[EXCEPTION_ENVIRONMENT] = FACT_X_ENVIRONMENT,
	[EXCEPTION_KEY] = FACT_X_OTHER,
	[EXCEPTION_TABLE] = FACT_X_OTHER,
	[EXCEPTION_DEPENDENCY] = FACT_X_DEPENDENCY,
	[EXCEPTION_LEAVING] = FACT_X_LEAVING,
	[EXCEPTION_PEER] = FACT_X_PEER,
	[EXCEPTION_COMMAND] = FACT_X_OTHER,
	[EXCEPTION_EXIT] = FACT_X_EXIT,
	[EXCEPTION_INTERRUPT] = FACT_X_INTERRUPT,
	[EXCEPTION_OTHER] = FACT_X_OTHER,
};

/* 'DATABASE_URL': how variables are written, and hardly anything else that a mapping is asked for. */
static bool
is_variable(const char *message)
{
	size_t n = strspn(message, "'\"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

	return n > 4 && message[n] == '\0'; /* with its quotes: three letters at least */
}

static enum exception
kind_in(const struct traceback_error *e, uint32_t places)
{
	if (e->kind != EXCEPTION_KEY)
		return e->kind;
	return (places & PLACE_BIT(ENVIRONMENT)) != 0 || is_variable(e->message) ? EXCEPTION_ENVIRONMENT :
										   EXCEPTION_OTHER;
}

/* What was raised in the end counts, unless that is nothing special and the root is: "raise … from error" explains, and a
 * sys.exit in an except clause only follows. */
static enum exception
kind_of(const struct traceback *t)
{
	enum exception last = kind_in(&t->last, t->last.places), root = kind_in(&t->root, t->root.places);

	if (last == EXCEPTION_NONE) /* cut off */
		return root;
	return root != EXCEPTION_NONE && (last == EXCEPTION_OTHER || last == EXCEPTION_EXIT || last == EXCEPTION_COMMAND) ? root : last;
}

/* sendfile(2) says EINVAL of the file that it is to send from: some file systems, network shares most of all, do not support it. */
static bool
is_of_file(const struct traceback *t)
{
	return (t->places & PLACE_BIT(SENDFILE)) != 0 && strncmp(t->last.message, "[Errno 22]", 10) == 0;
}

/* The system said it, of a file or a socket. A stack whose last line is cut off has the root alone. */
static bool
is_of_system(const struct traceback *t)
{
	const char *name = t->last.name[0] != '\0' ? t->last.name : t->root.name;

	return strcmp(name, "OSError") == 0 || strcmp(name, "IOError") == 0 || strcmp(name, "socket.error") == 0 ||
		strcmp(name, "error") == 0;
}

/* What the system said of the client's own socket, while Gunicorn read from it or wrote to it. EBADF is of ours: whoever closed it
 * under the answer was in this process. */
static bool
is_of_client(const struct traceback *t)
{
	return (t->places & (PLACE_BIT(PARSE) | PLACE_BIT(REPLY))) != 0 && !is_of_file(t) && is_of_system(t) &&
		strncmp(t->last.message, "[Errno 9]", 9) != 0;
}

/* A script that runs other programs, Gunicorn perhaps among them, says that one of them failed. That one has said why. */
static bool
is_of_caller(const struct traceback *t)
{
	return kind_of(t) == EXCEPTION_COMMAND && (t->places & ~(PLACE_BIT(IMPORT) | PLACE_BIT(LAUNCH))) == 0;
}

/* spawn_worker is the master's up to the fork, with the pre_fork hook: what is raised there goes on through its loop. What a
 * worker raises is caught in it (Arbiter.spawn_worker). */
static bool
is_before_fork(const struct traceback *t)
{
	return (t->places & (PLACE_BIT(MASTER) | PLACE_BIT(BOOT))) == PLACE_BIT(MASTER);
}

/* The heartbeat file cannot be made, or its file system cannot do what a beat does to it (WorkerTmp.notify). Where its descriptor is
 * none, somebody closed it while the worker ran; and a SIGABRT finds a worker anywhere. */
static bool
is_of_heartbeat(const struct traceback *t)
{
	return (t->places & PLACE_BIT(WORKER_TMP)) != 0 && kind_of(t) != EXCEPTION_EXIT &&
		strstr(t->last.message, "[Errno 9]") == NULL;
}

/* It went through the function that runs a worker from its birth, and so ended it. What a worker makes of an exception of a request
 * has no such frame: a stack begins where it was caught. */
static bool
killed_worker(const struct traceback *t)
{
	return t->blocks > 0 && !is_before_fork(t) && !is_of_heartbeat(t) && kind_of(t) != EXCEPTION_EXIT &&
		(t->places & PLACE_BIT(WORKER)) != 0 && (t->places & (PLACE_BIT(ABORT) | PLACE_BIT(FORK))) == 0;
}

/* Between the client's first byte and the application there is the parser alone (http/parser.py, http/message.py): what it stumbles
 * over is of whoever sent it, and not of a request that anybody handled. Bodies are read elsewhere (http/body.py). */
static bool
is_of_parser(const struct traceback *t)
{
	return (t->last.places & PLACE_BIT(HEAD)) != 0;
}

static enum fact
fact_of_exception(const struct traceback *t)
{
	enum exception kind = kind_of(t);

	if (kind == EXCEPTION_HALT)
		return strstr(t->last.message, "App failed") != NULL || strstr(t->root.message, "App failed") != NULL ?
			FACT_REASON_APP :
			FACT_REASON_BOOT;
	/* Where it was raised says more than what: an OSError of these is a matter of Gunicorn's own files. */
	if (is_of_heartbeat(t))
		return FACT_WORKER_TMP;
	if ((t->places & PLACE_BIT(PIDFILE)) != 0)
		return FACT_PIDFILE;
	if ((t->places & PLACE_BIT(WORKER_CLASS)) != 0)
		return FACT_WORKER_CLASS;
	if ((t->places & PLACE_BIT(ABORT)) != 0 && kind == EXCEPTION_EXIT)
		return FACT_NONE; /* Gunicorn's own way to end it */
	/* until 20.0; util.import_app() of later releases parses it and says what is wrong in its own words */
	if (kind == EXCEPTION_SYNTAX && (t->last.places & PLACE_BIT(EXPRESSION)) != 0)
		return FACT_NO_APPLICATION;
	if ((kind == EXCEPTION_PEER || (kind == EXCEPTION_OTHER && is_of_system(t))) && (t->places & PLACE_BIT(CONNECT)) != 0)
		return FACT_X_DEPENDENCY;
	if (kind == EXCEPTION_OTHER && (is_of_client(t) || is_of_parser(t)))
		return FACT_X_PEER;
	return raised[kind];
}

/* A descriptor that it was handed (LISTEN_FDS, GUNICORN_FD) is no socket, or none of a kind that it knows: no setting is at fault. What
 * it binds itself it made itself (sock.create_sockets). */
static bool
is_of_heirloom(const struct traceback *t)
{
	return strstr(t->last.message, "[Errno 88]") != NULL || strstr(t->last.message, "[Errno 9]") != NULL;
}

/* The arbiter's first deed is to set up the log (Arbiter.setup). Where Python's logging.config goes on from there, a setting is
 * at fault: logconfig, or one of its handlers. */
static bool
is_of_logger(const struct traceback *t)
{
	return (t->places & PLACE_BIT(LOGGER)) != 0 && (t->places & PLACE_BIT(HANDLER)) == 0;
}

/* The first that fits, from what is surest: a frame of a request settles it, a frame of an import may be of either
 * time. */
static enum fact
fact_of_time(const struct traceback *t)
{
	if ((t->places & PLACE_BIT(LIFESPAN_LOOP)) != 0)
		return FACT_AT_LOOP;
	if ((t->places & PLACE_BIT(LIFESPAN)) != 0)
		return FACT_AT_BOOT;
	if ((t->places & PLACE_BIT(REQUEST)) != 0)
		return FACT_AT_REQUEST;
	if (((t->places & PLACE_BIT(CONFIG)) != 0 && (t->places & PLACE_BIT(BOOT)) == 0) || strstr(t->last.message, "'__config__'") != NULL)
		return FACT_AT_CONFIG;
	/* what listeners are made of are settings: a certificate that is not there, a port that is none */
	if ((t->places & PLACE_BIT(SOCKET)) != 0 && !is_of_heirloom(t))
		return FACT_AT_CONFIG;
	if ((t->places & PLACE_BIT(WORKER_CLASS)) != 0)
		return FACT_NONE;
	if ((t->places & PLACE_BIT(LAUNCH)) != 0 &&
		(t->places & (PLACE_BIT(RUN) | PLACE_BIT(BOOT) | PLACE_BIT(MASTER))) == 0)
		return FACT_AT_LAUNCH;
	/* it runs, and there is no arbiter yet: it was about to be set up */
	if (t->blocks > 0 && (t->places & PLACE_BIT(RUN)) != 0 && !is_of_logger(t) &&
		(t->places & (PLACE_BIT(BOOT) | PLACE_BIT(MASTER) | PLACE_BIT(WORKER))) == 0)
		return (t->places & PLACE_BIT(HANDLER)) != 0 ? FACT_AT_CONFIG : FACT_AT_SETUP;
	if ((t->places & (PLACE_BIT(LOOP) | PLACE_BIT(ACCEPT))) != 0 && (t->places & PLACE_BIT(BOOT)) == 0)
		return FACT_AT_LOOP;
	if ((t->places & (PLACE_BIT(BOOT) | PLACE_BIT(IMPORT))) != 0)
		return FACT_AT_BOOT;
	/* who reopens a log does so while it is written to; the first time comes with the configuration of the application */
	if ((t->places & PLACE_BIT(HANDLER)) != 0 && (t->places & (PLACE_BIT(LOGGER) | PLACE_BIT(LOGGING))) == 0)
		return FACT_AT_BOOT;
	return FACT_NONE;
}

/* Worker.handle_abort ends in sys.exit(1); where its frame is cut off, that is what is left: "SystemExit: 1" or
 * "SystemExit(1)". */
static bool
is_abort(const struct traceback *t)
{
	return kind_of(t) == EXCEPTION_EXIT &&
		(strcmp(t->last.message, "1") == 0 || strcmp(t->last.message, "1)") == 0);
}

unsigned
witness_traceback(const struct traceback *t, enum fact found[WITNESS_FACTS])
{
	static const struct {
		uint32_t place;
		enum fact fact;
	} at[] = {
		{ PLACE_BIT(BOOT), FACT_IN_LOAD },
		{ PLACE_BIT(ABORT), FACT_IN_ABORT },
		{ PLACE_BIT(FORK), FACT_IN_FORK },
		{ PLACE_BIT(LOGGER), FACT_IN_LOGGER },
		{ PLACE_BIT(CONNECT), FACT_IN_CONNECT },
		{ PLACE_BIT(REPLY), FACT_AT_REPLY },
		{ PLACE_BIT(MASTER), FACT_AT_MASTER },
		{ PLACE_BIT(MASTER_START), FACT_IN_START },
	};
	unsigned n = 0;

	/* the request was served, and its figure is all that is lost (gunicorn-facts 7) */
	if ((t->places & PLACE_BIT(STATSD)) != 0)
		return 1;
	found[0] = FACT_X_INTERRUPT; /* where it was at that moment says nothing */
	if (kind_of(t) == EXCEPTION_INTERRUPT)
		return 1;
	found[0] = FACT_COMMAND_LOST;
	if (is_of_caller(t))
		return 1;
	/* what, when, and what became of it, each of which may be nothing (FACT_NONE) */
	found[n++] = fact_of_exception(t);
	found[n++] = fact_of_time(t);
	found[n++] = killed_worker(t) ? FACT_WORKER_EXCEPTION : FACT_NONE;
	found[n++] = is_abort(t) ? FACT_X_ABORT : FACT_NONE;
	for (unsigned i = 0; i < sizeof at / sizeof at[0]; i++)
		if ((t->places & at[i].place) != 0)
			found[n++] = at[i].fact;
	return n;
}

_Static_assert(WITNESS_FACTS >= 11, "what a traceback can say");
