/*
 * why_log -- `bridle why --log FILE`: what went wrong, from a log alone. Needs no daemon: the log may be a container's, the
 * journal's, or last year's.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/own.h"
#include "cli/trouble.h"
#include "cli/verdict.h"
#include "cli/why_log.h"
#include "judge/hearing.h"
#include "wire/entries.h"

/* What somebody asked for, and noise: so many are kept until it is known whether anything went wrong. */
enum { DEEDS = 16 };

/* A log as it is read: one struct, static because of its size. */
struct why {
	struct recogniser recogniser;
	struct hearing hearing;
	struct incident pending; /* until it is known that the next one is not the same again */
	bool is_cut;             /* its start is not in this log */
	struct incident lesser;  /* printed when nothing else is */
	struct incident deeds[DEEDS];
	unsigned deed_count;
	bool went_wrong; /* a fault was printed: deeds are no answer any more */
	struct verdict_printer printer;
};

/* The question is what went wrong. A recycle, a stop, or a client's noise is the answer where nothing did. */
static bool
is_deed(const struct incident *i)
{
	enum cause_phase phase = i->verdict.phase;
	enum cause cause = i->verdict.cause;

	if (cause == CAUSE_CLIENT_NOISE || cause == CAUSE_CONTROL_SOCKET)
		return true;
	return (phase == PHASE_RECYCLE || phase == PHASE_RELOAD || phase == PHASE_SHUTDOWN) &&
		cause != CAUSE_FORCED_KILL && cause != CAUSE_MASTER_CRASH && cause != CAUSE_OWN;
}

/* A stop, and a start that fails: somebody restarted it, and the failure is what he wants to know of. */
static bool
is_failed_restart(const struct incident *stop, const struct incident *next)
{
	enum cause_phase phase = next->verdict.phase;

	return stop->times == 1 && stop->verdict.phase == PHASE_SHUTDOWN && stop->verdict.cause != CAUSE_FORCED_KILL &&
		(phase == PHASE_STARTUP_CONFIG || phase == PHASE_BOOT) && !is_deed(next) &&
		next->verdict.confidence >= CAUSE_CONFIDENT;
}

/* A log often begins in the middle of a failure, below its reason; the next run of the same service says what it is. One that was
 * seen from its start has said what it has to say: what follows may be another service's. */
static bool
is_told_at_last(const struct why *w, const struct incident *next)
{
	const struct incident *first = &w->pending;
	enum cause cause = first->verdict.cause;

	return first->times > 0 && w->is_cut && (cause == CAUSE_BOOT_UNEXPLAINED || cause == CAUSE_BIND_UNEXPLAINED) &&
		first->verdict.phase == next->verdict.phase && first->verdict.confidence < CAUSE_CONFIDENT &&
		!is_deed(next) && next->verdict.confidence >= CAUSE_CONFIDENT;
}

static bool
is_same(const struct incident *a, const struct incident *b)
{
	return a->verdict.cause == b->verdict.cause && a->verdict.phase == b->verdict.phase && a->own == b->own;
}

/* Nothing where something went wrong: a stop behind a crash is what somebody did about it. */
static void
print_deeds(struct why *w)
{
	for (unsigned i = 0; i < w->deed_count && !w->went_wrong; i++)
		verdict_print(&w->printer, &w->deeds[i]);
	w->deed_count = 0;
}

/* Deeds are kept back; when there are more of them than room, they are what this log is about. */
static void
print(struct why *w, const struct incident *i)
{
	if (i->times == 0)
		return;
	if (!is_deed(i)) {
		w->went_wrong = true;
		verdict_print(&w->printer, i);
		return;
	}
	if (w->deed_count == DEEDS)
		print_deeds(w);
	w->deeds[w->deed_count++] = *i;
}

/* Every boot failure under a service manager is the same story told again. */
static void
keep_or_print(struct why *w, const struct incident *next)
{
	bool at_last = is_told_at_last(w, next);

	if (at_last || is_failed_restart(&w->pending, next)) {
		uint64_t first_line = w->pending.first_line;
		unsigned times = at_last ? w->pending.times : 0;

		w->pending = *next;
		w->pending.first_line = first_line;
		w->pending.times += times;
		return;
	}
	if (is_same(&w->pending, next)) {
		w->pending.times += next->times;
		w->pending.last_line = next->last_line;
		return;
	}
	print(w, &w->pending);
	w->pending = *next;
	w->is_cut = w->hearing.story.evidence.count[FACT_STARTING] == 0;
}

/* A start that nothing follows, and what proves nothing, are answers only where there is no other. */
static bool
is_worth_it(const struct incident *i)
{
	return i->verdict.cause != CAUSE_HEALTHY && i->verdict.cause != CAUSE_UNKNOWN;
}

static void
judged(void *context, const struct incident *next)
{
	struct why *w = context;

	if (is_worth_it(next))
		keep_or_print(w, next);
	else if (w->lesser.times == 0 || w->lesser.verdict.cause == CAUSE_UNKNOWN)
		w->lesser = *next;
}

static void
hear(void *context, const struct recognised *what)
{
	struct why *w = context;

	hearing_line(&w->hearing, what);
}

static bool
read_log(struct why *w, int fd, struct err *err)
{
	static char bytes[1 << 16];
	struct entries entries;
	bool begun = false;
	ssize_t n;

	while ((n = read(fd, bytes, sizeof bytes)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(err, errno, "cannot read the log");
		if (!begun)
			entries_begin(&entries, bytes, (size_t)n);
		begun = true;
		entries_unfold(&entries, bytes, (size_t)n);
		recogniser_feed(&w->recogniser, bytes, (size_t)n);
	}
	recogniser_end(&w->recogniser);
	hearing_close(&w->hearing, false);
	return true;
}

static int
open_log(const char *path)
{
	return strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
}

int
why_log(const struct arguments *a)
{
	static struct why w; /* a recogniser and 18 incidents: too much for a stack */
	static struct own own;
	struct trouble t = { .status = CLI_FAILED };
	const char *path = a->value[OPTION_LOG];
	bool ok;
	int fd;

	if (!own_read(&own, a, &t))
		return trouble_tell(&t);
	fd = open_log(path);
	if (fd < 0) {
		trouble_set(&t, CLI_FAILED, errno, "cannot open '%s'", path);
		return trouble_tell(&t);
	}
	recogniser_init(&w.recogniser, hear, &w);
	w.recogniser.copied = true;
	recogniser_know(&w.recogniser, own.at, own.count);
	hearing_init(&w.hearing, judged, &w);
	verdict_printer_init(&w.printer, (a->given & ARGUMENT(JSON)) != 0);
	ok = read_log(&w, fd, &t.err);
	if (fd != STDIN_FILENO)
		close(fd);
	/* from the most telling to the least: what was held back, what was done on purpose, what proves nothing */
	print(&w, &w.pending);
	print_deeds(&w);
	if (ok && w.recogniser.lines == 0 && !w.printer.json)
		puts("there is not a line in this log");
	else if (w.pending.times == 0)
		verdict_print(&w.printer, &w.lesser);
	return ok ? CLI_OK : trouble_tell(&t);
}
