#include "core/stop.h"

enum { PAUSE_FIRST = 50, PAUSE_MOST = 1000 /* ms between two KILLs */ };

static msec
earlier(msec a, msec b)
{
	return a < b ? a : b;
}

/* SIGKILL cannot be refused, but it can be outrun by a fork, and a process in uninterruptible sleep (state D)
 * takes it only when its system call comes back: so it is repeated. */
static enum stop_deed
kill_all(struct stop *s, msec now)
{
	/* who does not die of the first is in state D, and may be for long: not twenty looks a second for that */
	s->pause = s->stage == STOP_KILL ? earlier(2 * s->pause, PAUSE_MOST) : PAUSE_FIRST;
	s->stage = STOP_KILL;
	s->due = now + s->pause;
	return STOP_KILL_ALL;
}

static enum stop_deed
quit_master(struct stop *s)
{
	/* KILL comes when it would have come without QUIT: that is to hurry a stop, never to prolong it */
	s->stage = STOP_QUIT;
	s->due = s->kill;
	return STOP_QUIT_MASTER;
}

static enum stop_deed
term_master(struct stop *s, const struct stop_limits *limits, msec now)
{
	s->stage = STOP_TERM;
	s->due = s->kill = now + limits->total;
	/* no QUIT after KILL, where `graceful` is the longer one */
	if (limits->quit)
		s->due = earlier(now + limits->graceful, s->kill);
	return STOP_TERM_MASTER;
}

enum stop_deed
stop_begin(struct stop *s, const struct stop_limits *limits, bool master, msec now)
{
	*s = (struct stop){ .stage = STOP_DRAIN, .master = master, .since = now, .due = now + limits->drain };
	if (!master)
		return stop_master_gone(s, limits, now);
	return limits->drain > 0 ? STOP_NOTHING : term_master(s, limits, now);
}

enum stop_deed
stop_master_gone(struct stop *s, const struct stop_limits *limits, msec now)
{
	s->master = false;
	if (s->stage == STOP_DRAIN)
		term_master(s, limits, now);
	if (s->stage != STOP_TERM && s->stage != STOP_QUIT)
		return STOP_NOTHING;
	/* Workers that lost their master see it by themselves, but only between requests, and idle ones after up to
	 * half of `timeout` (is_parent_alive() in gunicorn/workers/sync.py, gthread.py): TERM makes them go now. */
	s->kill = earlier(s->kill, now + limits->graceful);
	s->due = s->kill;
	return STOP_TERM_REST;
}

enum stop_deed
stop_hurry(struct stop *s, const struct stop_limits *limits, msec now)
{
	switch (s->stage) {
	case STOP_NOT: return STOP_NOTHING;
	case STOP_DRAIN: return term_master(s, limits, now);
	case STOP_TERM: return limits->quit && s->master ? quit_master(s) : kill_all(s, now);
	case STOP_QUIT:
	case STOP_KILL: return kill_all(s, now);
	}
	return STOP_NOTHING;
}

enum stop_deed
stop_step(struct stop *s, const struct stop_limits *limits, msec now)
{
	/* called for whichever deadline of the service comes first: it may be another's */
	if (s->stage == STOP_NOT || now < s->due)
		return STOP_NOTHING;
	if (s->stage == STOP_DRAIN)
		return term_master(s, limits, now);
	/* late by more than a rung (the machine was suspended): no QUIT that has no time left to work */
	if (s->stage == STOP_TERM && limits->quit && s->master && now < s->kill)
		return quit_master(s);
	return kill_all(s, now);
}
