/*
 * requests.c -- what the watcher says is taken here, whatever it is. It may have been talked over by somebody whose bytes
 * it parsed: link_check() has seen to the form, and here everything that it names must exist and be as it says.
 */
#include "supervisor/requests.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "supervisor/adopt.h"
#include "supervisor/around.h"
#include "supervisor/bridled.h"
#include "supervisor/deeds.h"
#include "supervisor/policies.h"
#include "supervisor/reread.h"
#include "supervisor/resume.h"
#include "supervisor/service.h"

/* ---- deeds on the whole ---- */

/* Whom the lines about a reread go to, and how many there were. */
struct teller {
	struct bridled *b;
	uint32_t id;
	unsigned lines;
};

static void
tell_line(void *context, const char *line)
{
	struct teller *teller = context;
	struct link_record r = link_make(LINK_LINE);

	teller->lines++;
	r.id = teller->id;
	text_copy(r.text, sizeof r.text, line);
	watcher_link_tell(teller->b, &r);
	watcher_link_flush(teller->b); /* each at once: a reread may have more of them than a packet holds */
}

/* Is a service not yet, or not any more, what the configuration says? A replacement may still fail. */
static bool
is_any_moving(const struct bridled *b)
{
	for (uint32_t i = 0; i < b->capacity; i++) {
		const struct service *s = b->services[i];

		if (s != NULL &&
			(s->life.state == LIFE_STARTING || s->life.state == LIFE_REPLACING ||
				s->life.state == LIFE_QUEUED || s->life.state == LIFE_RESTARTING ||
				s->life.state == LIFE_STOPPING))
			return true;
	}
	return false;
}

static void
deed_reread(struct bridled *b, const struct link_record *request, struct answer *a, msec now)
{
	struct teller teller = { b, request->id, 0 };

	if (!reread(b, tell_line, &teller, now))
		answer_say(a, LINK_REFUSED, "the configuration has errors; nothing was changed");
	else if (teller.lines == 0)
		answer_say(a, LINK_DONE, "the configuration was read anew: nothing has changed");
	else if (is_any_moving(b))
		answer_say(a, LINK_DONE,
			"the configuration was read anew; services are being started, replaced or stopped for it: bridle "
			"status shows how that goes");
	else
		answer_say(a, LINK_DONE, "the configuration was read anew and is in effect");
}

/* Answered when the program that would follow has said whether it can. */
static void
deed_reexec(struct bridled *b, struct link_record *request, struct answer *a)
{
	struct err err;

	if (!reexec_ask(b, request->id, &err))
		answer_say(a, LINK_REFUSED, err.text);
	else
		request->id = 0; /* reexec.c answers, when it knows */
}

/* Also in safe mode: to stop is a decision of somebody's, not of ours. */
static void
deed_shutdown(struct bridled *b, struct answer *a)
{
	if (b->safe)
		resume_settle(b, clock_now());
	bridled_stop(b);
	answer_say(a, LINK_DONE, "all services are being stopped; bridled ends with the last of them");
}

/* ---- taking ---- */

static struct service *
service_of(const struct bridled *b, const struct link_record *r)
{
	struct service *s = r->service < b->capacity ? b->services[r->service] : NULL;

	/* the slot may have been given to another since the watcher looked */
	return s != NULL && s->incarnation == r->incarnation ? s : NULL;
}

/* Who asked for what is part of the log: a service that was stopped by hand at night should say by whom. */
static void
note_request(const struct service *s, const struct link_record *r)
{
	static const char *const names[DEEDS] = { [DEED_START] = "start",
		[DEED_STOP] = "stop",
		[DEED_RESTART] = "restart",
		[DEED_RESTART_COLD] = "restart --cold",
		[DEED_RELOAD] = "reload",
		[DEED_SIGNAL] = "signal",
		[DEED_TAKE] = "takeover" };

	if (names[r->deed] != NULL && r->id != 0)
		log_info("%s: %s asked for by uid %u", s->name, names[r->deed], r->uid);
}

/* It would come up again, and nobody would ever end it: the configuration does not know it. */
static bool
is_for_nobody(const struct service *s, const struct link_record *r)
{
	return s->removed &&
		(r->deed == DEED_START || r->deed == DEED_RESTART || r->deed == DEED_RESTART_COLD ||
			r->deed == DEED_RELOAD);
}

static bool
do_to(struct service *s, const struct link_record *r, struct answer *a, msec now)
{
	note_request(s, r);
	if (is_for_nobody(s, r)) {
		answer_say(a, LINK_REFUSED, "the configuration has it no more: it is being stopped");
		return true;
	}
	if (!deeds_do(s, r, a, now))
		return false;
	service_act(s, now);
	return true;
}

static void
take_request(struct bridled *b, struct link_record *r, int fd, msec now)
{
	struct answer a = { .record = link_make(LINK_ANSWER), .fd = fd };
	struct service *s = service_of(b, r);

	a.record.id = r->id;
	a.record.service = r->service;
	text_init(&a.text, a.record.text, sizeof a.record.text);
	/* what cannot be any more; what can be in safe mode, too; what is about bridled; then what is about a service */
	if (b->stopping)
		answer_say(&a, LINK_REFUSED, "bridled is stopping");
	else if (r->deed == DEED_REEXEC)
		deed_reexec(b, r, &a);
	else if (b->safe && r->deed != DEED_SHUTDOWN)
		answer_say(&a, LINK_REFUSED, resume_safe_hint());
	else if (b->clear_until != 0 && r->id != 0 && r->deed != DEED_SHUTDOWN) /* it would start beside them */
		answer_say(&a, LINK_REFUSED,
			"processes of an earlier run are being ended, which may take 20 s: services start then");
	else if (r->deed == DEED_REREAD)
		deed_reread(b, r, &a, now);
	else if (r->deed == DEED_SHUTDOWN)
		deed_shutdown(b, &a);
	else if (s == NULL || !do_to(s, r, &a, now))
		answer_say(&a, LINK_REFUSED, "no such service any more");
	if (a.fd >= 0) /* nobody took it */
		close(a.fd);
	if (r->id == 0 || a.later) /* our own watcher's wishes: it sees in the page what came of them */
		return;
	watcher_link_tell(b, &a.record);
	watcher_link_flush(b);
}

/* A copy, for a request may be changed on its way (deed_reexec), and the packet is the caller's. */
void
requests_take(struct bridled *b, const struct link_record *r, int fd, msec now)
{
	struct service *s = service_of(b, r);
	struct link_record copy = *r;

	if (r->kind == LINK_REQUEST) {
		take_request(b, &copy, fd, now);
		return;
	}
	if (fd >= 0)
		close(fd);
	/* in safe mode as well: what follows from it is decided later (resume.h) */
	if (r->kind == LINK_ENDED && s != NULL) {
		adopt_told(s, r);
		return;
	}
	/* what it has seen decides nothing in safe mode; readiness and sizes are said again */
	if (b->safe)
		return;
	if (r->kind == LINK_SIZE && s != NULL) {
		s->size = r->arg;
	} else if (r->kind == LINK_JUDGED && s != NULL) {
		policies_judged(s, r, now);
	} else if (r->kind == LINK_READY && s != NULL) {
		around_ready(s, r->generation, r->arg == LINK_ASSUMED, now);
		service_act(s, now);
	}
}
