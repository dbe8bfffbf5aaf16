#include "watcher/words.h"

#include "wire/ending.h"

void
words_end(struct text *t, const struct words_move *move)
{
	text_addf(t, "%s %d ", move->gunicorn ? "master" : "process", (int)move->pid);
	ending_add(t, move->status);
	if (move->lasted < 0)
		return;
	text_add(t, " after ");
	text_add_duration(t, move->lasted > 0 ? move->lasted : 1); /* it lived, if for less than a millisecond */
}

/* A death that led to a wait or to giving up: was it ever ready? */
static void
add_failure(struct text *t, const struct words_move *move)
{
	if (move->why != NULL)
		text_addf(t, "it could not be started: %s", move->why);
	else if (move->pid != 0)
		words_end(t, move);
	else
		ending_add_start(t, move->status);
	/* How it ended is our doing then; that it was late is what went wrong. */
	if (move->from == LIFE_RETRYING && move->why == NULL)
		text_add(t, ", not ready within start_timeout");
	/* proof is the first heartbeat; of a program it depends on its settings, so nothing is said */
	else if (move->from == LIFE_STARTING && move->gunicorn && move->why == NULL)
		text_add(t, ", before any worker was ready");
	if (move->streak > 0)
		text_addf(t, ": failure %u", move->streak);
	if (move->wait < 0)
		return;
	text_add(t, ", next try in ");
	text_add_duration(t, move->wait);
}

static void
reason_stopped(struct text *t, const struct words_move *move)
{
	if (move->why != NULL) {
		text_add(t, move->why);
	} else if (move->event == ON_DIED_DONE) {
		words_end(t, move);
		text_add(t, "; no restart is wanted");
	} else if (move->pid == 0) { /* none ever ran */
		text_add(t, "not started");
	} else {
		text_add(t, "stopped as asked");
	}
}

static void
reason_starting(struct text *t, const struct words_move *move)
{
	if (move->event == ON_DIED_NOW && move->pid != 0) { /* 0: its successor could not be started */
		words_end(t, move);
		text_add(t, "; started again at once");
	} else if (move->from == LIFE_WAITING && move->event == ON_TIMEOUT) {
		text_add(t, "trying again");
		if (move->pid != 0) { /* 0: there was none, for it could not be started */
			text_add(t, " after ");
			words_end(t, move);
		}
	} else {
		text_add(t, move->from == LIFE_RESTARTING ? "restart was asked for" : life_event_text(move->event));
	}
}

static void
reason_running(struct text *t, const struct words_move *move)
{
	/* the old generation is what runs now; the last that ended, or never began, is the next one */
	if ((move->event == ON_NEXT_DIED || move->event == ON_UNFIT) && move->why != NULL) {
		text_addf(t, "the next generation could not be started: %s; the old one serves on", move->why);
	} else if (move->event == ON_NEXT_DIED && move->pid != 0) {
		text_add(t, "the next generation failed to boot: ");
		words_end(t, move);
		text_add(t, "; the old one serves on");
	} else if (move->event == ON_TIMEOUT && move->from == LIFE_RELOADING) {
		text_add(t, "no new worker was ready in time after the reload");
	} else if (move->event == ON_TIMEOUT) {
		text_add(t, "the next generation was not ready in time");
		/* it had no master yet */
		if (move->why != NULL)
			text_addf(t, ": %s", move->why);
		text_add(t, "; the old one serves on");
	} else {
		/* start: it stays up, and was to be stopped (ordering.c) */
		text_add(t, move->gunicorn || move->event == ON_START ? life_event_text(move->event) : "running");
	}
	if (move->half_way)
		text_add(t, ", with fewer workers than wanted: one more would load what has just failed");
}

void
words_reason(struct text *t, const struct words_move *move)
{
	switch (move->to) {
	case LIFE_STOPPED: reason_stopped(t, move); break;
	case LIFE_STARTING: reason_starting(t, move); break;
	case LIFE_RUNNING: reason_running(t, move); break;
	case LIFE_LISTENING:
		text_add(t,
			move->event == ON_IDLE ? "nothing came for idle_stop; the next connection starts it" :
						 "the first connection starts it");
		break;
	case LIFE_RETRYING:
		text_add(t, move->why != NULL ? move->why : "not ready within start_timeout");
		text_add(t, "; being ended");
		break;
	case LIFE_WAITING: add_failure(t, move); break;
	case LIFE_FAILED:
		add_failure(t, move);
		text_add(t, "; gave up");
		break;
	case LIFE_REPLACING:
		text_add(t, life_event_text(move->event));
		if (move->manner != NULL && move->manner[0] != '\0')
			text_addf(t, "; %s", move->manner);
		break;
	case LIFE_RELOADING:
	case LIFE_STOPPING:
	case LIFE_DONE:
	case LIFE_RESTARTING: text_add(t, life_event_text(move->event)); break;
	case LIFE_QUEUED:
		text_add(t, life_event_text(move->event));
		if (move->why != NULL)
			text_addf(t, ": %s", move->why);
		break;
	case LIFE_STATE_COUNT: break;
	}
}

/* Tenths: what took longer than a second is not told apart by less. */
void
words_took(struct text *t, msec took)
{
	text_addf(t, "%lld.%lld s", (long long)(took / 1000), (long long)(took % 1000 / 100));
}
