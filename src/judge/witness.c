#include "judge/witness.h"

#include <signal.h>
#include <string.h>

/* Lines whose fact does not depend on a number in them. */
static const enum fact said[SIGNATURES] = {
	[SIGNATURE_STARTING_RELEASE] = FACT_STARTING,
	[SIGNATURE_STARTING] = FACT_STARTING,
	[SIGNATURE_WORKERS] = FACT_WORKERS,
	[SIGNATURE_LISTENING] = FACT_LISTENING,
	[SIGNATURE_SHUTTING_DOWN] = FACT_SHUTTING_DOWN,
	[SIGNATURE_REASON_BOOT] = FACT_REASON_BOOT,
	[SIGNATURE_REASON_APP] = FACT_REASON_APP,
	[SIGNATURE_MAIN_LOOP] = FACT_MAIN_LOOP,
	[SIGNATURE_PROMOTED] = FACT_PROMOTED,
	[SIGNATURE_HANG_UP] = FACT_HUP,
	[SIGNATURE_USR2_IGNORED] = FACT_USR2,
	[SIGNATURE_GRACEFUL_STOP] = FACT_WINCH,
	[SIGNATURE_WINCH_IGNORED] = FACT_WINCH,
	[SIGNATURE_SIGNAL_STOP] = FACT_STOP,
	[SIGNATURE_SIGNAL_INT] = FACT_STOP,
	[SIGNATURE_SIGNAL_QUIT] = FACT_STOP,
	[SIGNATURE_SIGNAL_HUP] = FACT_HUP,
	[SIGNATURE_SIGNAL_USR1] = FACT_USR1,
	[SIGNATURE_SIGNAL_USR2] = FACT_USR2,
	[SIGNATURE_SIGNAL_TTIN] = FACT_TTIN,
	[SIGNATURE_SIGNAL_TTOU] = FACT_TTOU,
	[SIGNATURE_SIGNAL_WINCH] = FACT_WINCH,
	[SIGNATURE_BOOTING] = FACT_BOOTING,
	[SIGNATURE_EXITING] = FACT_EXITING,
	[SIGNATURE_WORKER_EXCEPTION] = FACT_WORKER_EXCEPTION,
	[SIGNATURE_AUTORESTART] = FACT_AUTORESTART,
	[SIGNATURE_RELOADING] = FACT_RELOADING,
	[SIGNATURE_PARENT_CHANGED] = FACT_PARENT_CHANGED,
	[SIGNATURE_PARENT_CHANGED_SELF] = FACT_PARENT_CHANGED,
	[SIGNATURE_ASGI_LISTENING] = FACT_READY,
	[SIGNATURE_STARTUP_COMPLETE] = FACT_READY,
	[SIGNATURE_STARTUP_FAILED] = FACT_STARTUP_FAILED,
	[SIGNATURE_LIFESPAN_FAILED] = FACT_STARTUP_FAILED,
	[SIGNATURE_TIMEOUT] = FACT_TIMEOUT,
	[SIGNATURE_SENT_KILL] = FACT_KILLED,
	[SIGNATURE_SENT_KILL_ANON] = FACT_KILLED,
	[SIGNATURE_SENT_TERM] = FACT_TERMED,
	[SIGNATURE_SENT_SEGV] = FACT_CRASHED,
	[SIGNATURE_SENT_SEGV_ANON] = FACT_CRASHED,
	[SIGNATURE_SENT_ABRT] = FACT_CRASHED,
	[SIGNATURE_SENT_BUS] = FACT_CRASHED,
	[SIGNATURE_SENT_ILL] = FACT_CRASHED,
	[SIGNATURE_SENT_FPE] = FACT_CRASHED,
	[SIGNATURE_SENT_TRAP] = FACT_CRASHED,
	[SIGNATURE_SENT_OTHER] = FACT_SIGNALLED,
	[SIGNATURE_REQUEST_ERROR] = FACT_REQUEST_ERROR,
	[SIGNATURE_ASGI_ERROR] = FACT_REQUEST_ERROR,
	[SIGNATURE_ASGI_EXCEPTION] = FACT_REQUEST_ERROR,
	[SIGNATURE_DJANGO_ERROR] = FACT_REQUEST_ERROR,
	[SIGNATURE_FLASK_ERROR] = FACT_REQUEST_ERROR,
	[SIGNATURE_SOCKET_ERROR] = FACT_CLIENT_GONE,
	[SIGNATURE_INVALID_REQUEST] = FACT_INVALID_REQUEST,
	[SIGNATURE_INVALID_HTTP] = FACT_INVALID_REQUEST,
	[SIGNATURE_RESET_IGNORED] = FACT_CLIENT_GONE,
	[SIGNATURE_EPIPE_IGNORED] = FACT_CLIENT_GONE,
	[SIGNATURE_EPIPE_IGNORED_21] = FACT_CLIENT_GONE,
	[SIGNATURE_NOT_CONNECTED] = FACT_CLIENT_GONE,
	[SIGNATURE_TLS_ERROR] = FACT_CLIENT_GONE,
	[SIGNATURE_DISCONNECTED] = FACT_CLIENT_GONE,
	[SIGNATURE_IN_USE] = FACT_IN_USE,
	[SIGNATURE_BIND_IN_USE] = FACT_IN_USE,
	[SIGNATURE_BIND_IN_USE_MAC] = FACT_IN_USE,
	[SIGNATURE_INVALID_ADDRESS] = FACT_INVALID_ADDRESS,
	[SIGNATURE_CANNOT_CONNECT] = FACT_CANNOT_CONNECT,
	[SIGNATURE_RETRYING] = FACT_CANNOT_CONNECT,
	[SIGNATURE_BIND_DENIED] = FACT_BIND_DENIED,
	[SIGNATURE_BIND_DENIED_1] = FACT_BIND_DENIED,
	[SIGNATURE_BIND_OTHER] = FACT_INVALID_ADDRESS,
	[SIGNATURE_NOT_A_SOCKET] = FACT_INVALID_ADDRESS,
	[SIGNATURE_NOT_A_PORT] = FACT_INVALID_ADDRESS,
	[SIGNATURE_CONTROL_ERROR] = FACT_CONTROL,
	[SIGNATURE_CONTROL_FAILED] = FACT_CONTROL,
	[SIGNATURE_WORKER_CLASS] = FACT_WORKER_CLASS,
	[SIGNATURE_WORKER_CLASS_BARE] = FACT_WORKER_CLASS,
	[SIGNATURE_WORKER_CLASS_ERROR] = FACT_WORKER_CLASS,
	[SIGNATURE_WORKER_NEEDS] = FACT_WORKER_CLASS,
	[SIGNATURE_WORKER_NEEDS_TORNADO] = FACT_WORKER_CLASS,
	[SIGNATURE_NOT_WRITABLE] = FACT_NOT_WRITABLE,
	[SIGNATURE_RUNNING] = FACT_PIDFILE,
	[SIGNATURE_RUNNING_SECOND] = FACT_USR2, /* only USR2 renames the pid file so */
	[SIGNATURE_NO_PIDFILE] = FACT_PIDFILE,
	[SIGNATURE_NO_WORKERTMP] = FACT_WORKER_TMP,
	[SIGNATURE_ARGUMENTS] = FACT_ARGUMENTS,
	[SIGNATURE_ARGUMENTS_OTHER] = FACT_ARGUMENTS,
	[SIGNATURE_ARGUMENTS_REQUIRED] = FACT_ARGUMENTS,
	[SIGNATURE_USAGE] = FACT_CONFIG,
	[SIGNATURE_USAGE_PARSER] = FACT_PARSER,
	[SIGNATURE_USAGE_OTHER] = FACT_USAGE,
	[SIGNATURE_USAGE_CLICK] = FACT_USAGE,
	[SIGNATURE_NO_APPLICATION] = FACT_CONFIG,
	[SIGNATURE_CONFIG_FILE] = FACT_CONFIG,
	[SIGNATURE_CONFIG_VALUE] = FACT_CONFIG,
	[SIGNATURE_CONFIG_VALUE_ERROR] = FACT_CONFIG,
	[SIGNATURE_CONFIG_ERROR] = FACT_CONFIG,
	[SIGNATURE_CONFIG_MISSING] = FACT_CONFIG,
	[SIGNATURE_CONFIG_OTHER] = FACT_CONFIG_OTHER,
	[SIGNATURE_NO_ATTRIBUTE] = FACT_NO_APPLICATION,
	[SIGNATURE_NO_OBJECT] = FACT_NO_APPLICATION,
	[SIGNATURE_NO_PARSE] = FACT_NO_APPLICATION,
	[SIGNATURE_NO_FUNCTION] = FACT_NO_APPLICATION,
	[SIGNATURE_NOT_CALLABLE] = FACT_NO_APPLICATION,
	[SIGNATURE_FACTORY_MISSING] = FACT_NO_APPLICATION,
	[SIGNATURE_FORKED_CORE] = FACT_FORKED,
	[SIGNATURE_FORKED_EXEC] = FACT_FORKED,
	[SIGNATURE_FORKED_OBJC] = FACT_FORKED,
	[SIGNATURE_FORKED_INITIALIZE] = FACT_FORKED,
	[SIGNATURE_FORKED_BARE] = FACT_FORKED,
	[SIGNATURE_OOM_KILLED] = FACT_OOM,
	[SIGNATURE_OOM_KILL] = FACT_OOM,
	[SIGNATURE_OOM_CGROUP] = FACT_OOM,
	[SIGNATURE_OOM_KILLED_BARE] = FACT_OOM,
	[SIGNATURE_OOM_TASK] = FACT_OOM,
	[SIGNATURE_OOM_INVOKED] = FACT_OOM,
	[SIGNATURE_OOM_UNIT] = FACT_OOM_PLATFORM,
	[SIGNATURE_OOM_RESULT] = FACT_OOM_PLATFORM,
	[SIGNATURE_OOM_APP_ENGINE] = FACT_OOM_PLATFORM,
	[SIGNATURE_OOM_HEROKU] = FACT_OOM_PLATFORM,
	[SIGNATURE_OOM_KUBERNETES] = FACT_OOM_PLATFORM,
	[SIGNATURE_OOM_FLY] = FACT_OOM_PLATFORM,
	[SIGNATURE_OOM_CLOUD_RUN] = FACT_OOM_PLATFORM,
	[SIGNATURE_OOM_STANDARD] = FACT_OOM_PLATFORM,
	[SIGNATURE_OOM_RENDER] = FACT_OOM_PLATFORM,
	[SIGNATURE_OOM_CLOUD_FOUNDRY] = FACT_OOM_PLATFORM,
	[SIGNATURE_OOM_DOCKER] = FACT_OOM_PLATFORM,
	[SIGNATURE_OOM_SYSTEMD] = FACT_OOM_PLATFORM,
	[SIGNATURE_SEGFAULT] = FACT_CRASHED,
	[SIGNATURE_TRAP] = FACT_CRASHED,
	[SIGNATURE_FAULT_SEGV] = FACT_CRASHED,
	[SIGNATURE_FAULT_ABRT] = FACT_CRASHED,
	[SIGNATURE_FAULT_BUS] = FACT_CRASHED,
	[SIGNATURE_FAULT_ILL] = FACT_CRASHED,
	[SIGNATURE_SHELL_SEGV] = FACT_SHELL_CRASH,
	[SIGNATURE_NO_THREAD] = FACT_X_THREAD,
	[SIGNATURE_NO_THREAD_OMP] = FACT_X_THREAD,
	[SIGNATURE_PLATFORM_STOP] = FACT_PLATFORM_STOP,
	[SIGNATURE_PLATFORM_IDLE] = FACT_PLATFORM_STOP,
	[SIGNATURE_PLATFORM_CYCLE] = FACT_PLATFORM_STOP,
	[SIGNATURE_PLATFORM_STATE] = FACT_PLATFORM_STOP,
	[SIGNATURE_PLATFORM_AZURE] = FACT_PLATFORM_STOP,
	[SIGNATURE_PLATFORM_SPIN] = FACT_PLATFORM_STOP,
	[SIGNATURE_PLATFORM_SHUTDOWN] = FACT_PLATFORM_STOP,
	[SIGNATURE_AIRFLOW_WAITED] = FACT_NEVER_UP,
	[SIGNATURE_PROXY_MISSING] = FACT_PROXY_MISSING,
	[SIGNATURE_PROXY_DENIED] = FACT_PROXY_DENIED,
	[SIGNATURE_PROXY_REFUSED] = FACT_PROXY_REFUSED,
	[SIGNATURE_PROXY_REFUSED_UNIX] = FACT_PROXY_REFUSED,
	[SIGNATURE_PROXY_BUSY] = FACT_PROXY_BUSY,
	[SIGNATURE_PROXY_CLOSED] = FACT_PROXY_CLOSED,
	[SIGNATURE_PROXY_RESET] = FACT_PROXY_CLOSED,
	[SIGNATURE_PROXY_TIMEOUT] = FACT_PROXY_TIMEOUT,
	[SIGNATURE_PROXY_NONE_LIVE] = FACT_PROXY_REFUSED,
	[SIGNATURE_PROXY_NO_ROUTE] = FACT_PROXY_REFUSED,
	[SIGNATURE_PROXY_PIPE] = FACT_PROXY_CLOSED,
	[SIGNATURE_APACHE_REFUSED] = FACT_PROXY_REFUSED,
	[SIGNATURE_APACHE_MISSING] = FACT_PROXY_MISSING,
	[SIGNATURE_APACHE_DENIED] = FACT_PROXY_DENIED,
	[SIGNATURE_APACHE_TIMEOUT] = FACT_PROXY_TIMEOUT,
	[SIGNATURE_APACHE_CLOSED] = FACT_PROXY_CLOSED,
	[SIGNATURE_HEROKU_TIMEOUT] = FACT_PROXY_TIMEOUT,
	[SIGNATURE_HEROKU_CLOSED] = FACT_PROXY_CLOSED,
	[SIGNATURE_HEROKU_CLIENT] = FACT_CLIENT_GONE,
	[SIGNATURE_HEROKU_CLIENT_GONE] = FACT_CLIENT_GONE,
	[SIGNATURE_DELETED_TMP] = FACT_DELETED_TMP,
	[SIGNATURE_DELETED_OTHER] = FACT_DELETED_TMP,
	[SIGNATURE_POST_FORK] = FACT_POST_FORK,
};

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
	[EXCEPTION_EXIT] = FACT_X_EXIT,
	[EXCEPTION_OTHER] = FACT_X_OTHER,
};

static enum fact
fact_of_signal(int number)
{
	switch (number) {
	case SIGKILL: return FACT_KILLED;
	case SIGTERM: return FACT_TERMED;
	case SIGSEGV:
	case SIGABRT:
	case SIGBUS:
	case SIGILL:
	case SIGFPE:
	case SIGTRAP: return FACT_CRASHED;
	default: return FACT_SIGNALLED;
	}
}

static enum fact
fact_of_exit(int code)
{
	switch (code) {
	case 0: return FACT_NONE;
	case 3: return FACT_EXITED_3; /* Arbiter.WORKER_BOOT_ERROR */
	case 4: return FACT_EXITED_4; /* Arbiter.APP_LOAD_ERROR */
	default: return FACT_EXITED;
	}
}

/* The kernel kills others, too: a task is ours by its name, or by a pid that the story knows. */
static bool
is_about_us(const struct recognised *what)
{
	return memmem(what->text, what->length, "gunicorn", 8) != NULL ||
		memmem(what->text, what->length, "python", 6) != NULL ||
		memmem(what->text, what->length, "uvicorn", 7) != NULL;
}

static enum fact
fact_of_line(const struct recognised *what)
{
	enum signature s = what->match.signature;
	enum fact fact = said[s];

	if (s == SIGNATURE_TERMINATED)
		return fact_of_signal(what->match.detail);
	if (s == SIGNATURE_SENT_CODE)
		return fact_of_signal(what->match.detail & 0x7f); /* a wait status with the core flag: wait(2) */
	if (s == SIGNATURE_EXITED || s == SIGNATURE_EXITED_STOP)
		return fact_of_exit(what->match.detail);
	if ((fact == FACT_OOM || s == SIGNATURE_SEGFAULT || s == SIGNATURE_TRAP) && !is_about_us(what))
		return FACT_NONE;
	return fact;
}

/* 'DATABASE_URL': how variables are written, and hardly anything else that a mapping is asked for. */
static bool
is_variable(const char *message)
{
	size_t n = strspn(message, "'\"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

	return n > 4 && message[n] == '\0';
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

	if (t->blocks == 0)
		return EXCEPTION_NONE;
	if (last == EXCEPTION_NONE) /* cut off */
		return root;
	return t->blocks > 1 && (last == EXCEPTION_OTHER || last == EXCEPTION_EXIT) ? root : last;
}

/* What the system said of the client's own socket, while Gunicorn read from it or wrote to it. */
static bool
is_of_client(const struct traceback *t)
{
	return (t->places & (PLACE_BIT(PARSE) | PLACE_BIT(REPLY))) != 0 &&
		(strcmp(t->last.name, "OSError") == 0 || strcmp(t->last.name, "IOError") == 0 ||
			strcmp(t->last.name, "socket.error") == 0);
}

/* It went through the function that runs a worker from its birth, and so ended it. */
static bool
ended_worker(const struct traceback *t)
{
	return t->blocks > 0 && kind_of(t) != EXCEPTION_EXIT && (t->places & PLACE_BIT(WORKER)) != 0 &&
		(t->places & (PLACE_BIT(ABORT) | PLACE_BIT(REQUEST) | PLACE_BIT(FORK) | PLACE_BIT(WORKER_TMP))) == 0;
}

static enum fact
fact_of_exception(const struct traceback *t)
{
	enum exception kind = kind_of(t);

	if (kind == EXCEPTION_HALT)
		return strstr(t->last.message, "App failed") != NULL || strstr(t->root.message, "App failed") != NULL ?
			FACT_REASON_APP :
			FACT_REASON_BOOT;
	if ((t->places & PLACE_BIT(WORKER_TMP)) != 0)
		return FACT_WORKER_TMP;
	if ((t->places & PLACE_BIT(PIDFILE)) != 0)
		return FACT_PIDFILE;
	if ((t->places & PLACE_BIT(WORKER_CLASS)) != 0)
		return FACT_WORKER_CLASS;
	if ((t->places & PLACE_BIT(ABORT)) != 0 && kind == EXCEPTION_EXIT)
		return FACT_NONE; /* Gunicorn's own way to end it */
	if (kind == EXCEPTION_PEER && (t->places & PLACE_BIT(CONNECT)) != 0)
		return FACT_X_DEPENDENCY;
	if (kind == EXCEPTION_OTHER && is_of_client(t))
		return FACT_X_PEER;
	return raised[kind];
}

static enum fact
fact_of_time(const struct traceback *t)
{
	if ((t->places & PLACE_BIT(LIFESPAN)) != 0)
		return FACT_AT_BOOT;
	if ((t->places & PLACE_BIT(REQUEST)) != 0)
		return FACT_AT_REQUEST;
	if ((t->places & PLACE_BIT(CONFIG)) != 0 && (t->places & PLACE_BIT(BOOT)) == 0)
		return FACT_AT_CONFIG;
	if ((t->places & PLACE_BIT(WORKER_CLASS)) != 0)
		return FACT_NONE;
	if ((t->places & (PLACE_BIT(LOOP) | PLACE_BIT(ACCEPT))) != 0 && (t->places & PLACE_BIT(BOOT)) == 0)
		return FACT_AT_LOOP;
	if ((t->places & (PLACE_BIT(BOOT) | PLACE_BIT(IMPORT))) != 0)
		return FACT_AT_BOOT;
	return FACT_NONE;
}

static unsigned
facts_of_traceback(const struct traceback *t, enum fact found[WITNESS_FACTS])
{
	static const struct {
		uint32_t place;
		enum fact fact;
	} at[] = {
		{ PLACE_BIT(ABORT), FACT_IN_ABORT },
		{ PLACE_BIT(FORK), FACT_IN_FORK },
		{ PLACE_BIT(LOGGER), FACT_IN_LOGGER },
		{ PLACE_BIT(CONNECT), FACT_IN_CONNECT },
		{ PLACE_BIT(REPLY), FACT_AT_REPLY },
		{ PLACE_BIT(MASTER), FACT_AT_MASTER },
	};
	unsigned n = 0;

	/* the request was served, and its figure is all that is lost (gunicorn-facts 7) */
	if ((t->places & PLACE_BIT(STATSD)) != 0)
		return 1;
	found[n++] = fact_of_exception(t);
	found[n++] = fact_of_time(t);
	found[n++] = ended_worker(t) ? FACT_WORKER_EXCEPTION : FACT_NONE;
	for (unsigned i = 0; i < sizeof at / sizeof at[0]; i++)
		if ((t->places & at[i].place) != 0)
			found[n++] = at[i].fact;
	return n;
}

/* Who answers 500 has caught what was raised, and serves; 502 to 504 are of a proxy. */
static unsigned
facts_of_answer(int status, enum fact found[WITNESS_FACTS])
{
	found[0] = status == 504 ? FACT_ANSWER_504 : status <= 500 ? FACT_SERVED : FACT_NONE;
	found[1] = status == 500 ? FACT_ANSWER_500 : FACT_NONE;
	return 2;
}

_Static_assert(WITNESS_FACTS >= 9, "what a traceback can say");

/* Before 20.1 nothing is logged of a worker that a signal ended (gunicorn-facts 2.5). */
static bool
is_mute(const struct signature_match *m)
{
	return m->signature == SIGNATURE_STARTING_RELEASE && (m->pid < 20 || (m->pid == 20 && m->detail == 0));
}

static enum fact
fact_of_own(const struct signature_own *own)
{
	static const enum fact of[PHASES] = {
		[PHASE_STARTUP_CONFIG] = FACT_OWN_CONFIG,
		[PHASE_BOOT] = FACT_OWN_BOOT,
		[PHASE_RUNTIME] = FACT_OWN_RUNTIME,
		[PHASE_RECYCLE] = FACT_OWN_RECYCLE,
		[PHASE_RELOAD] = FACT_OWN_RELOAD,
		[PHASE_SHUTDOWN] = FACT_OWN_SHUTDOWN,
	};

	return own->phase < PHASES ? of[own->phase] : FACT_NONE;
}

unsigned
witness_facts(const struct recognised *what, enum fact found[WITNESS_FACTS])
{
	found[0] = FACT_NONE;
	if (what->kind == RECOGNISED_LINE && is_mute(&what->match)) {
		found[0] = FACT_STARTING;
		found[1] = FACT_MUTE;
		return 2;
	}
	switch (what->kind) {
	case RECOGNISED_OWN: found[0] = fact_of_own(what->own); break;
	case RECOGNISED_LINE: found[0] = fact_of_line(what); break;
	case RECOGNISED_ANSWER: return facts_of_answer(what->match.detail, found);
	case RECOGNISED_TRACEBACK: return facts_of_traceback(what->traceback, found);
	}
	return 1;
}

bool
witness_ends(const struct recognised *what)
{
	switch ((int)fact_of_line(what)) {
	case FACT_KILLED:
	case FACT_CRASHED:
	case FACT_TERMED:
	case FACT_SIGNALLED:
	case FACT_EXITED:
	case FACT_EXITED_3:
	case FACT_EXITED_4: return true;
	default: return false;
	}
}

int32_t
witness_status(const struct recognised *what)
{
	static const struct {
		enum signature signature;
		int signal;
	} sent[] = { { SIGNATURE_SENT_KILL, SIGKILL }, { SIGNATURE_SENT_TERM, SIGTERM },
		{ SIGNATURE_SENT_SEGV, SIGSEGV }, { SIGNATURE_SENT_ABRT, SIGABRT }, { SIGNATURE_SENT_BUS, SIGBUS },
		{ SIGNATURE_SENT_ILL, SIGILL }, { SIGNATURE_SENT_FPE, SIGFPE }, { SIGNATURE_SENT_TRAP, SIGTRAP } };
	const struct signature_match *m = &what->match;

	if (m->signature == SIGNATURE_EXITED || m->signature == SIGNATURE_EXITED_STOP)
		return (m->detail & 0xff) << 8;
	if (m->signature == SIGNATURE_TERMINATED || m->signature == SIGNATURE_SENT_CODE)
		return m->detail & 0xff;
	for (unsigned i = 0; i < sizeof sent / sizeof sent[0]; i++)
		if (sent[i].signature == m->signature)
			return sent[i].signal;
	return -1;
}

struct story_event
witness_event(const struct recognised *what)
{
	struct story_event e = { .line = what->line,
		.second = what->second,
		.speaker = what->speaker,
		.pid = what->match.pid };

	/* numbers that are no processes */
	if (what->kind == RECOGNISED_LINE && what->match.signature == SIGNATURE_WORKERS) {
		e.pid = 0;
		e.number = what->match.pid;
	} else if (what->kind == RECOGNISED_LINE && what->match.signature == SIGNATURE_STARTING_RELEASE) {
		e.pid = 0;
	}
	return e;
}
