#include "wire/link.h"

#include <signal.h>
#include <string.h>
#include <strings.h>
#include <sys/wait.h>

#include "base/text.h"
#include "wire/ending.h"

/* Fields of a record beyond magic and kind. */
enum {
	F_DEED = 1 << 0,
	F_ID = 1 << 1,
	F_SERVICE = 1 << 2, /* and incarnation */
	F_GENERATION = 1 << 3,
	F_MOVE = 1 << 4, /* from, to, event */
	F_RESULT = 1 << 5,
	F_PID = 1 << 6,
	F_STATUS = 1 << 7,
	F_ARG = 1 << 8,
	F_UID = 1 << 9,
	F_TEXT = 1 << 10,
};

/* Who may say it, and which fields may then be other than zero. The watcher gets no text through to the supervisor:
 * whatever it knows in words, it may have read from a service (and goes past us, by a descriptor: briefing.h). */
static const struct {
	const char *name;
	bool to_supervisor;
	unsigned fields;
} kinds[LINK_KINDS] = {
	/* clang-format off */
	[LINK_PAGE]    = { "page",    false, 0 },
	[LINK_MOVED]   = { "moved",   false, F_SERVICE | F_GENERATION | F_MOVE | F_PID | F_STATUS | F_ARG | F_TEXT },
	[LINK_ANSWER]  = { "answer",  false, F_ID | F_SERVICE | F_GENERATION | F_DEED | F_RESULT | F_PID | F_ARG |
	                                       F_TEXT },
	[LINK_LINE]    = { "line",    false, F_ID | F_SERVICE | F_DEED | F_TEXT },
	[LINK_NOTIFY]  = { "notify",  false, F_SERVICE },
	[LINK_STACK]   = { "stack",   false, F_SERVICE | F_PID },
	[LINK_POLICY]  = { "policy",  false, F_SERVICE | F_GENERATION | F_DEED | F_PID | F_ARG },
	[LINK_JUDGED]  = { "judged",  true,  F_SERVICE | F_GENERATION | F_PID | F_ARG },
	[LINK_HOW]     = { "how",     false, F_SERVICE | F_GENERATION | F_PID | F_ARG },
	[LINK_ENDED]   = { "ended",   true,  F_SERVICE | F_GENERATION | F_PID | F_ARG | F_STATUS },
	[LINK_PING]    = { "ping",    false, F_ID },
	[LINK_PONG]    = { "pong",    true,  F_ID },
	[LINK_READY]   = { "ready",   true,  F_SERVICE | F_GENERATION | F_ARG },
	[LINK_SIZE]    = { "size",    true,  F_SERVICE | F_GENERATION | F_ARG },
	[LINK_REQUEST] = { "request", true,  F_ID | F_SERVICE | F_GENERATION | F_DEED | F_PID | F_ARG | F_UID },
	/* clang-format on */
};

/* What a deed needs. Its argument is within [lowest, highest]. */
static const struct {
	bool service, pid;
	int64_t lowest, highest;
} deeds[DEEDS] = {
	/* clang-format off */
	[DEED_START]        = { true,  false, 0, 0 },
	[DEED_STOP]         = { true,  false, 0, 0 },
	[DEED_RESTART]      = { true,  false, 0, 0 },
	[DEED_RESTART_COLD] = { true,  false, 0, 0 },
	[DEED_RELOAD]       = { true,  false, 0, 0 },
	[DEED_SIGNAL]       = { true,  false, 1, 64 }, /* and link_signal_allowed */
	[DEED_SCALE]        = { true,  false, 1, LINK_WORKERS_MAX },
	[DEED_MORE]         = { true,  false, 0, 0 },
	[DEED_LESS]         = { true,  false, 0, 0 },
	[DEED_RECYCLE]      = { true,  true,  0, 0 },
	[DEED_COUNT]        = { true,  false, 0, 0 },
	[DEED_REST]         = { true,  false, 0, UINT32_MAX },
	[DEED_STEP_UP]      = { true,  false, 0, 0 },
	[DEED_STEP_DOWN]    = { true,  false, 0, 0 },
	[DEED_TAKE]         = { true,  false, LINK_TAKE_UNDO, LINK_TAKE_KEEP },
	[DEED_REREAD]       = { false, false, 0, 0 },
	[DEED_REEXEC]       = { false, false, 0, 0 },
	[DEED_SHUTDOWN]     = { false, false, 0, 0 },
	[DEED_TELL]         = { true,  false, 0, 0 },
	[DEED_DUMP]         = { true,  true,  0, 0 },
	[DEED_STACK]        = { true,  true,  0, 0 },
	[DEED_FAILURE]      = { true,  false, 0, 0 },
	/* clang-format on */
};

struct link_record
link_make(enum link_kind kind)
{
	return (struct link_record){ .magic = LINK_MAGIC, .kind = (uint8_t)kind };
}

/* Padded too: whatever else lay in the sender's memory does not travel along. */
static bool
text_padded(const char text[static LINK_TEXT])
{
	const char *end = memchr(text, '\0', LINK_TEXT);

	if (end == NULL)
		return false;
	for (const char *p = end; p < text + LINK_TEXT; p++)
		if (*p != '\0')
			return false;
	return true;
}

/* The fields in use. 0 is as good as not there, though a slot, a state or an event 0 means something: nobody looks at it where
 * it is not used. */
static unsigned
used_fields(const struct link_record *r)
{
	return (r->deed != 0 ? F_DEED : 0u) | (r->id != 0 ? F_ID : 0u) |
		((r->service != 0 && r->service != UINT32_MAX) || r->incarnation != 0 ? F_SERVICE : 0u) |
		(r->generation != 0 ? F_GENERATION : 0u) | (r->from != 0 || r->to != 0 || r->event != 0 ? F_MOVE : 0u) |
		(r->result != 0 ? F_RESULT : 0u) | (r->pid != 0 ? F_PID : 0u) | (r->status != 0 ? F_STATUS : 0u) |
		(r->arg != 0 ? F_ARG : 0u) | (r->uid != 0 ? F_UID : 0u) | (r->text[0] != '\0' ? F_TEXT : 0u);
}

static bool
check_request(const struct link_record *r, struct err *err)
{
	if (r->deed == DEED_NONE)
		return err_set(err, 0, "request for nothing");
	if ((r->service != UINT32_MAX) != deeds[r->deed].service)
		return err_set(err, 0, "deed %u %s a service", r->deed, deeds[r->deed].service ? "without" : "with");
	/* kill(2): 0, -1 and less mean more than one process, and 1 is nobody's worker */
	if (deeds[r->deed].pid ? r->pid < 2 : r->pid != 0)
		return err_set(err, 0, "deed %u with pid %d", r->deed, (int)r->pid);
	if (r->arg < deeds[r->deed].lowest || r->arg > deeds[r->deed].highest ||
		(r->deed == DEED_SIGNAL && !link_signal_allowed(r->arg)))
		return err_set(err, 0, "deed %u with argument %lld", r->deed, (long long)r->arg);
	return true;
}

/* Only of one that hangs is it told who it is. */
static bool
check_trouble(const struct link_record *r)
{
	return r->arg < LINK_TROUBLES && (r->pid == 0 || (r->pid > 1 && r->arg == LINK_HANG));
}

/* The lower half of a word, as the kernel has it, and of a process that is no more (wait(2)). */
static bool
check_end(const struct link_record *r)
{
	return r->pid > 1 && r->arg <= UINT32_MAX && r->status >= 0 && r->status <= UINT16_MAX &&
		(r->status == ENDING_UNKNOWN || WIFEXITED(r->status) || WIFSIGNALED(r->status));
}

static bool
check_record(const struct link_record *r, bool to_supervisor, struct err *err)
{
	/* each number is known to be an index before it is used as one */
	if (r->magic != LINK_MAGIC)
		return err_set(err, 0, "magic %#x", r->magic);
	if (r->kind >= LINK_KINDS || kinds[r->kind].name == NULL)
		return err_set(err, 0, "unknown kind %u", r->kind);
	if (kinds[r->kind].to_supervisor != to_supervisor)
		return err_set(err, 0, "'%s' in the wrong direction", kinds[r->kind].name);
	if ((used_fields(r) & ~kinds[r->kind].fields) != 0 || r->reserved != 0)
		return err_set(err, 0, "'%s' with fields that it has not", kinds[r->kind].name);
	if (r->deed >= DEEDS || r->result > LINK_UNDER_WAY || r->pid < 0 || r->arg < 0)
		return err_set(err, 0, "'%s' with a number out of range", kinds[r->kind].name);
	if (!text_padded(r->text))
		return err_set(err, 0, "'%s' with a text that is not ended and padded", kinds[r->kind].name);
	if (r->kind == LINK_READY && (r->arg < LINK_PROVEN || r->arg > LINK_ASSUMED))
		return err_set(err, 0, "'%s' with argument %lld", kinds[r->kind].name, (long long)r->arg);
	if ((r->kind == LINK_JUDGED || r->kind == LINK_POLICY) && !check_trouble(r))
		return err_set(err, 0, "'%s' with argument %lld and pid %d", kinds[r->kind].name, (long long)r->arg,
			(int)r->pid);
	if ((r->kind == LINK_HOW || r->kind == LINK_ENDED) && !check_end(r))
		return err_set(err, 0, "'%s' with pid %d and status %#x", kinds[r->kind].name, (int)r->pid,
			(unsigned)r->status);
	return r->kind != LINK_REQUEST || check_request(r, err);
}

bool
link_check(const void *packet, size_t n, bool to_supervisor, size_t *count, struct err *err)
{
	size_t records = n / sizeof(struct link_record);

	/* no half a record: packets of SOCK_SEQPACKET come whole (unix(7)), so that it was sent so */
	if (n == 0 || n % sizeof(struct link_record) != 0 || records > LINK_BATCH)
		return err_set(err, 0, "link: packet of %zu bytes", n);
	for (size_t i = 0; i < records; i++) {
		struct link_record record;

		/* it may begin at any byte */
		memcpy(&record, (const char *)packet + i * sizeof record, sizeof record);
		if (!check_record(&record, to_supervisor, err))
			return err_prefix(err, "link: record %zu of %zu", i + 1, records);
	}
	*count = records;
	return true;
}

const char *
link_trouble_key(int64_t trouble)
{
	static const char *const keys[LINK_TROUBLES] = {
		[LINK_BOOT_LOOP] = "on_boot_loop",
		[LINK_FLAPPING] = "on_flapping",
		[LINK_HANG] = "on_hang",
		[LINK_OOM] = "on_oom",
		[LINK_UNHEALTHY] = "on_unhealthy",
	};

	return keys[trouble];
}

static const struct {
	const char *name;
	int number;
} signals[] = {
	/* clang-format off */
	{ "HUP", SIGHUP },     { "INT", SIGINT },   { "QUIT", SIGQUIT }, { "USR1", SIGUSR1 }, { "USR2", SIGUSR2 },
	{ "TERM", SIGTERM },   { "CONT", SIGCONT }, { "WINCH", SIGWINCH }, { "TTIN", SIGTTIN }, { "TTOU", SIGTTOU },
	{ "ABRT", SIGABRT },   { "KILL", SIGKILL }, { "STOP", SIGSTOP },
	/* clang-format on */
};
enum { SIGNALS = sizeof signals / sizeof signals[0] };

bool
link_signal_allowed(int64_t signal)
{
	for (unsigned i = 0; i < SIGNALS; i++)
		if (signals[i].number == signal)
			return true;
	return false;
}

int
link_signal_by_name(const char *name)
{
	int64_t number;

	if (text_parse_int(name, 1, 64, &number))
		return link_signal_allowed(number) ? (int)number : 0;
	if (strncasecmp(name, "SIG", 3) == 0)
		name += 3;
	for (unsigned i = 0; i < SIGNALS; i++)
		if (strcasecmp(name, signals[i].name) == 0)
			return signals[i].number;
	return 0;
}

const char *
link_signal_name(int signal)
{
	for (unsigned i = 0; i < SIGNALS; i++)
		if (signals[i].number == signal)
			return signals[i].name;
	return "?";
}
