/*
 * why -- `bridle why --log FILE`: what went wrong, from a log alone. Needs no daemon: the log may be a container's, the
 * journal's, or last year's.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/incident.h"
#include "cli/trouble.h"
#include "cli/witness.h"

/* A log as it is read: one struct, static because of its size. */
struct why {
	struct recogniser recogniser;
	struct story story;
	struct incident_lines lines;
	struct incident pending; /* until it is known that the next one is not the same again */
	struct incident lesser;  /* printed when nothing else is */
	struct incident_printer printer;
};

/* Every boot failure under a service manager is the same story told again. */
static void
keep_or_print(struct why *w, const struct incident *next)
{
	if (w->pending.verdict.cause == next->verdict.cause && w->pending.verdict.phase == next->verdict.phase) {
		w->pending.times += next->times;
		w->pending.last_line = next->last_line;
		return;
	}
	incident_print(&w->printer, &w->pending);
	w->pending = *next;
}

/* A start that nothing follows, and what proves nothing, are answers only where there is no other. */
static bool
is_worth_it(const struct incident *i)
{
	return i->verdict.cause != CAUSE_HEALTHY && i->verdict.cause != CAUSE_UNKNOWN;
}

static void
close_story(struct why *w, bool cold)
{
	struct incident next;
	const struct cause_evidence *evidence = story_close(&w->story, cold);

	incident_take(&next, evidence, &w->lines, &w->story);
	if (is_worth_it(&next))
		keep_or_print(w, &next);
	else if (w->lesser.times == 0 || w->lesser.verdict.cause == CAUSE_UNKNOWN)
		w->lesser = next;
	story_next(&w->story);
	incident_lines_clear(&w->lines);
}

static void
hear(void *context, const struct recognised *what)
{
	struct why *w = context;
	enum fact found[WITNESS_FACTS];
	unsigned n = witness_facts(what, found);
	struct story_event event = witness_event(what);

	for (unsigned i = 0; i < n; i++) {
		event.fact = found[i];
		if (event.fact == FACT_NONE)
			continue;
		if (story_turns(&w->story, &event))
			close_story(w, event.fact == FACT_STARTING && story_is_cold(&w->story, &event));
		incident_lines_keep(&w->lines, event.fact, what);
		story_tell(&w->story, &event);
	}
}

static bool
read_log(struct why *w, int fd, struct err *err)
{
	static char bytes[1 << 16];
	ssize_t n;

	while ((n = read(fd, bytes, sizeof bytes)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(err, errno, "cannot read the log");
		recogniser_feed(&w->recogniser, bytes, (size_t)n);
	}
	recogniser_end(&w->recogniser);
	close_story(w, false);
	return true;
}

static int
open_log(const char *path)
{
	return strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
}

int
why_command(const struct arguments *a)
{
	static struct why w;
	struct trouble t = { .status = CLI_FAILED };
	const char *path = a->value[OPTION_LOG];
	bool ok;
	int fd;

	if (path == NULL) {
		trouble_set(&t, CLI_USAGE, 0, "why needs a log to read");
		trouble_hint(&t, "bridle why --log FILE; - is standard input");
		return trouble_tell(&t);
	}
	fd = open_log(path);
	if (fd < 0) {
		trouble_set(&t, CLI_FAILED, errno, "cannot open '%s'", path);
		return trouble_tell(&t);
	}
	recogniser_init(&w.recogniser, hear, &w);
	story_init(&w.story);
	incident_printer_init(&w.printer, (a->given & ARGUMENT(JSON)) != 0);
	ok = read_log(&w, fd, &t.err);
	if (fd != STDIN_FILENO)
		close(fd);
	incident_print(&w.printer, w.pending.times > 0 ? &w.pending : &w.lesser);
	return ok ? CLI_OK : trouble_tell(&t);
}
