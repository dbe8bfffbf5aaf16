/*
 * inquiry_moves -- what happens to a service as a whole, as its inquiry hears it: how masters end, what was done
 * about it, and who had asked for something before.
 */
#include <signal.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/text.h"
#include "core/life.h"
#include "judge/ended.h"
#include "watcher/deaths.h"
#include "watcher/docket.h"
#include "watcher/errands.h"
#include "watcher/inquiry_parts.h"
#include "watcher/watch.h"

enum {
	ASKED_LASTS = 120000, /* ms for which a deed explains what happens */
	LEAVES_LATE = 10000,  /* ms that a master may need besides its graceful_timeout, on a busy machine */
};

/* Deeds that may explain what a service does next; those without words explain nothing. */
static const char *const deed_words[DEEDS] = { [DEED_START] = "start",
	[DEED_STOP] = "stop",
	[DEED_RESTART] = "restart",
	[DEED_RESTART_COLD] = "restart --cold",
	[DEED_RELOAD] = "reload",
	[DEED_SIGNAL] = "signal",
	[DEED_SCALE] = "scale" };

/* Not life_event_ends(): a oneshot that ran to its end, or one that was followed, is nothing to ask about. */
static bool
ended_a_master(const struct link_record *move)
{
	switch ((int)move->event) {
	case ON_DIED_NOW:
	case ON_DIED_LATER:
	case ON_DIED_GIVE_UP:
	case ON_DIED_DONE:
	case ON_NEXT_DIED: return move->pid != 0;
	default: return false;
	}
}

/* In words, what was done about it. */
static void
note_deed(struct inquiry_case *c, const struct link_record *move)
{
	char words[INQUIRY_WORDS];
	struct text t;

	text_init(&t, words, sizeof words);
	switch ((int)move->to) {
	case LIFE_STARTING: text_add(&t, "Bridle started another master at once"); break;
	case LIFE_WAITING:
		text_add(&t, "Bridle starts another master after ");
		text_add_duration(&t, move->arg);
		break;
	case LIFE_FAILED:
		text_add(&t,
			"Bridle gave up: it failed too often (start_limit), or is not to be tried again (restart)");
		break;
	case LIFE_RETRYING: text_add(&t, "Bridle ends it, and starts another master later"); break;
	case LIFE_RUNNING:
		if (move->event == ON_NEXT_DIED || move->event == ON_UNFIT)
			text_add(&t, "the generation before it serves on");
		break;
	default: break;
	}
	if (words[0] != '\0')
		text_copy(c->did, sizeof c->did, words);
}

/* A signal that was asked for later than what began the story explains how the master ended that it went to, and nothing of the
 * next one; and who was killed with none of ours was so by somebody else, whatever else had been asked for. */
static void
note_sender(struct inquiry *q, enum fact fact, int32_t master)
{
	bool ours = q->asked_signal != 0 && q->asked_master == master;

	if (q->told != NULL && ours && (fact != FACT_MASTER_KILLED || q->asked_signal == SIGKILL))
		inquiry_ask(q, clock_now());
	else if (q->told != NULL && fact == FACT_MASTER_KILLED)
		q->told->asked[0] = '\0';
	if (ours)
		q->asked_at = 0;
}

/* The master that a signal goes to (supervisor/deeds.c); 0: there is none. */
static int32_t
master_of(const struct watcher *w, const struct service *s)
{
	struct page_service record;
	const struct page_generation *g;

	if (!services_read(&w->services, s->slot, &record))
		return 0;
	g = services_generation(&record, record.generation);
	return g != NULL ? g->master : 0;
}

/* How a master ended. What our own ladder did to one that was not ready in time needs no other reason. */
static void
tell_master(struct watcher *w, struct service *s, const struct link_record *move)
{
	struct inquiry *q = inquiry_of(w, s);
	enum fact fact = ended_master(move->status);
	struct page_service record;

	/* every move carries the pid of the master that ended last (notices.c): each end is told once */
	if (q == NULL || move->from == LIFE_RETRYING || move->pid == q->master_ended)
		return;
	q->master_ended = move->pid;
	if (fact == FACT_MASTER_LEFT && move->from != LIFE_RUNNING) /* before that, its workers tell why */
		return;
	/* SIGKILL has no sender that could be asked: the kernel's own count tells its kills from a person's */
	if (fact == FACT_MASTER_KILLED && deaths_by_memory(w, s, move->pid))
		fact = FACT_OOM;
	inquiry_told(w, s, fact, fact == FACT_OOM ? move->pid : 0);
	note_sender(q, fact, move->pid);
	if (fact == FACT_MASTER_EXITED && services_read(&w->services, s->slot, &record))
		inquiry_ended(s, record.last_started);
}

/* One that is stopped or replaced by us is not running any more, or not the one that does. Gunicorn ends all within its
 * graceful_timeout (Arbiter.stop). */
void
inquiry_leaves(struct watcher *w, struct service *s, int32_t pid)
{
	struct page_service record;

	if (pid <= 0 || pid != master_of(w, s) || !services_read(&w->services, s->slot, &record) ||
		record.state != LIFE_RUNNING)
		return;
	s->inquiry->leaving = pid;
	s->inquiry->leaves_by = clock_now() + record.settings.graceful_timeout + LEAVES_LATE;
}

bool
inquiry_lasts(struct inquiry *q, msec now)
{
	struct service *s = &q->w->services.at[q->slot];

	if (q->leaving == 0)
		return false;
	/* once more then: the page knows of an end before we are told of it */
	if (now >= q->leaves_by || master_of(q->w, s) != q->leaving)
		q->leaving = 0;
	q->quiet = now + LINGER;
	return true;
}

static bool
ran_out_of_time(const struct link_record *move)
{
	return move->to == LIFE_RETRYING || (move->from == LIFE_REPLACING && move->event == ON_TIMEOUT);
}

/* Bridle itself was at something before there was a master (names.h), of which no line says anything. */
static bool
is_told_why(const struct watcher *w, const struct service *s)
{
	struct page_service record;

	return services_read(&w->services, s->slot, &record) && record.why[0] != '\0';
}

/* Its command waits for the verdict: judged at once, as for a person who asks. What it is about has ended, and all that it
 * wrote is in the pipe. */
static void
tell_given_up(struct watcher *w, struct service *s, uint32_t generation)
{
	const struct inquiry *q;
	struct page_service record;

	if (!services_read(&w->services, s->slot, &record) || !record.settings.reports)
		return;
	inquiry_look(w, s);
	q = s->inquiry;
	errands_given_up(w, s, generation, q != NULL && q->told != NULL ? docket_find(s, q->told->number) : NULL);
}

/* A start failed: with or without a master, a generation comes to nothing. */
static bool
is_failed_start(const struct link_record *move)
{
	switch ((int)move->event) {
	case ON_DIED_LATER:
	case ON_DIED_GIVE_UP:
	case ON_NEXT_DIED:
	case ON_UNFIT: return true;
	default: return false;
	}
}

static bool
is_commands_fault(const struct watcher *w, const struct service *s)
{
	struct page_service record;

	return services_read(&w->services, s->slot, &record) && record.of_command != 0;
}

void
inquiry_moved(struct watcher *w, struct service *s, const struct link_record *move)
{
	if (s->kind != PAGE_GUNICORN)
		return;
	/* before the lines: that it was told to end is among them, and is another story unless this is known */
	if (ran_out_of_time(move) && !is_told_why(w, s))
		inquiry_told(w, s, FACT_START_TIMEOUT, 0);
	if (is_failed_start(move) && is_commands_fault(w, s))
		inquiry_told(w, s, FACT_COMMAND_FAILED, 0);
	logs_catch_up(w, s); /* what the master said before */
	if (move->to == LIFE_RUNNING && (move->event == ON_READY || move->event == ON_NEXT_READY))
		inquiry_told(w, s, FACT_SERVING, 0);
	if (ended_a_master(move))
		tell_master(w, s, move);
	if (s->inquiry != NULL && s->inquiry->told != NULL && s->inquiry->told->hearing.story.faulty)
		note_deed(s->inquiry->told, move);
	if (move->to == LIFE_FAILED)
		tell_given_up(w, s, move->generation);
}

void
inquiry_did(struct watcher *w, struct service *s, enum cause cause, const char *words)
{
	const struct cause_verdict v = { .cause = cause, .phase = causes[cause].phase };
	struct inquiry_case *c = s->inquiry != NULL ? s->inquiry->told : NULL;

	if (cause == CAUSE_UNKNOWN && c != NULL) { /* else its story is over, and the docket has what came of it */
		text_copy(c->did, sizeof c->did, words);
		inquiry_look(w, s);
	} else {
		docket_amend(w, s, cause == CAUSE_UNKNOWN ? NULL : &v, words);
	}
}

void
inquiry_asked(struct watcher *w, struct service *s, enum link_deed deed, int64_t arg, uint32_t uid)
{
	struct inquiry *q = s->kind == PAGE_GUNICORN && deed_words[deed] != NULL ? inquiry_of(w, s) : NULL;

	if (q == NULL)
		return;
	q->asked = (uint8_t)deed;
	q->asked_signal = deed == DEED_SIGNAL ? (int32_t)arg : 0;
	q->asked_master = deed == DEED_SIGNAL ? master_of(w, s) : 0;
	q->asked_uid = uid;
	q->asked_at = clock_now();
}

void
inquiry_ask(struct inquiry *q, msec now)
{
	struct inquiry_case *c = q->told;

	c->asked[0] = '\0';
	c->asked_deed = q->asked;
	c->asked_signal = q->asked_signal;
	if (q->asked_at != 0 && now - q->asked_at <= ASKED_LASTS)
		snprintf(c->asked, sizeof c->asked, "bridle %s, by uid %u", deed_words[q->asked], (unsigned)q->asked_uid);
}
