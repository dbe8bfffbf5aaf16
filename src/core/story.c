#include "core/story.h"

#include <stddef.h>

#include "core/backwards.h"
#include "core/story_parts.h"

void
story_init(struct story *s)
{
	*s = (struct story){ .last = -1, .last_boot = -1, .stop = -1, .ended = -1, .clock = -1 };
}

/* 0 is nobody: a line without a number, of which there may be several. */
static struct story_worker *
find(struct story *s, int32_t pid)
{
	for (unsigned i = 0; pid > 0 && i < s->count; i++)
		if (s->workers[i].pid == pid)
			return &s->workers[i];
	return NULL;
}

/* The worker with that PID, new where it is not known; NULL without pid. When there are too many the oldest goes. */
static struct story_worker *
worker(struct story *s, int32_t pid)
{
	struct story_worker *w = find(s, pid);

	if (w != NULL || pid <= 0)
		return w;
	if (s->count == STORY_WORKERS) {
		for (unsigned i = 1; i < s->count; i++)
			s->workers[i - 1] = s->workers[i];
		s->count--;
	}
	w = &s->workers[s->count++];
	*w = (struct story_worker){ .pid = pid, .booted = -1, .ended = -1 };
	return w;
}

bool
story_is_death_told(const struct story_event *e)
{
	return e->pid > 0 && e->speaker > 0 && (facts[e->fact].death || e->fact == FACT_TIMEOUT);
}

bool
story_are_two(int32_t one, int32_t other)
{
	return one > 0 && other > 0 && one != other;
}

bool
story_is_quoted(const struct story *s, const struct story_event *e)
{
	if ((e->pid <= 0 && e->fact != FACT_CONTROL_OPEN) || e->speaker <= 0 || e->fact == FACT_BOOTING ||
		e->fact == FACT_EXITING)
		return false;
	for (unsigned i = 0; i < s->count; i++)
		if (s->workers[i].pid == e->speaker)
			return s->workers[i].boot_seen;
	return false;
}

static bool
anybody_ended(const struct story *s)
{
	for (unsigned i = 0; i < s->count; i++)
		if (s->workers[i].dead || s->workers[i].exiting || s->workers[i].timed_out)
			return true;
	return false;
}

/* Requests were answered before this log showed any worker boot: who boots now is not one of the first. */
static bool
is_serving(const struct story *s)
{
	return s->evidence.count[FACT_SERVED] > 0 && s->evidence.count[FACT_STARTING] == 0 &&
		s->evidence.count[FACT_LISTENING] == 0;
}

/* Workers that are started together follow each other within a second, or carry the next number; one that comes by itself
 * takes somebody's place. */
static void
note_boot(struct story *s, const struct story_event *e)
{
	struct story_worker *w = worker(s, e->pid);
	int64_t gap = s->last_boot >= 0 && e->second >= 0 ? e->second - s->last_boot : 0;
	bool first = s->last_pid == 0;

	if (w == NULL)
		return;
	backwards_boot(s, w, e);
	/* where the newest lines come first, it is older than that one */
	w->master = e->second >= s->since ? s->newest : 0;
	w->late = anybody_ended(s);
	/* either way: some viewers print the newest line first */
	if (gap < 0)
		gap = -gap;
	w->doubtful = !first && gap == STORY_BATCH && (e->pid != s->last_pid + 1 || s->evidence.count[FACT_MUTE] > 0);
	w->extra = first ? is_serving(s) : gap > STORY_BATCH || w->doubtful;
	s->last_boot = e->second;
	s->last_pid = e->pid;
}

static void
note_end(struct story *s, const struct story_event *e)
{
	struct story_worker *w = worker(s, e->pid);

	if (w == NULL)
		return;
	/* once for each worker: one boot is called for in its place */
	if (!w->dead && !w->exiting)
		s->expected++;
	w->dead = true;
	w->excused = w->excused || (s->stopped > 0 && e->speaker == s->stopped);
	w->killed = w->killed || e->fact == FACT_KILLED;
	w->crashed = w->crashed || e->fact == FACT_CRASHED;
	/* its age is that at which it was silent: on a busy machine the SIGKILL is heard of seconds later */
	if (!w->timed_out || w->ended < 0)
		w->ended = e->second;
}

/* Its death may be told before or behind this line, by another process: what was first stays. */
static void
note_exiting(struct story *s, const struct story_event *e)
{
	struct story_worker *w = worker(s, e->pid);

	if (w == NULL)
		return;
	w->exiting = true;
	if (w->ended < 0)
		w->ended = e->second;
}

/* KILL follows from the master when ABRT does not help: that it was killed is no news then. */
static void
note_timeout(struct story *s, const struct story_event *e)
{
	struct story_worker *w = worker(s, e->pid);

	if (w == NULL)
		return;
	w->timed_out = true;
	w->excused = true;
	w->ended = e->second;
}

/* That worker has a reason to leave. */
static void
excuse(struct story *s, int32_t pid)
{
	struct story_worker *w = find(s, pid);

	if (w != NULL)
		w->excused = true;
}

/* It says so itself, while it answers the last one. */
static void
note_autorestart(struct story *s, const struct story_event *e)
{
	struct story_worker *w = worker(s, e->speaker);

	s->expected++;
	if (w == NULL)
		return;
	w->excused = w->leaving = true;
}

/* Every worker that lives now has a reason to leave, and is killed where it does not. Of a master that is asked to end, its own. */
static void
note_renewal(struct story *s, const struct story_event *e)
{
	s->all_expected = true;
	for (unsigned i = 0; i < s->count; i++)
		s->workers[i].excused = s->workers[i].excused || e->fact != FACT_STOP ||
			!story_are_two(s->workers[i].master, e->speaker);
}

static void
note_stop(struct story *s, const struct story_event *e)
{
	note_renewal(s, e);
	if (s->stop < 0)
		s->stop = e->second;
	if (s->stopped == 0)
		s->stopped = e->speaker;
}

/* A master starts where nothing had happened: the workers of before were another one's, unless that lives on beside it. Not where
 * the newest lines come first. */
static void
note_start(struct story *s, const struct story_event *e)
{
	s->newest = e->speaker;
	s->since = e->second;
	if (s->opened || e->second <= s->last_boot)
		return;
	s->count = 0;
	s->last_boot = -1;
	s->last_pid = 0;
	/* that one served says nothing of the start of this one */
	s->evidence.count[FACT_SERVED] = s->evidence.count[FACT_READY] = 0;
}

static void
note(struct story *s, const struct story_event *e)
{
	/* clang-format off */
	switch ((int)e->fact) { /* most facts say nothing of a worker */
	case FACT_STARTING: note_start(s, e); break;
	case FACT_BOOTING: note_boot(s, e); break;
	case FACT_EXITING: note_exiting(s, e); break;
	case FACT_TIMEOUT: note_timeout(s, e); break;
	case FACT_OOM: case FACT_QUIT: note_end(s, e); break; /* told by the kernel and by us, not by a master */
	case FACT_AUTORESTART: note_autorestart(s, e); break;
	case FACT_RELOADING: case FACT_WORKER_EXCEPTION: case FACT_PARENT_CHANGED:
		excuse(s, e->speaker);
		s->expected++;
		break;
	case FACT_HANG_RECYCLED:
	case FACT_RECYCLED: excuse(s, e->pid); s->expected++; break;
	case FACT_TTIN: case FACT_TTOU: s->expected++; break;
	case FACT_HUP: case FACT_USR2: case FACT_WINCH: note_renewal(s, e); break;
	case FACT_STOP: note_stop(s, e); break;
	case FACT_WORKERS: s->wanted = e->number > s->wanted ? e->number : s->wanted; break;
	case FACT_SHUTTING_DOWN: s->ended = e->second; break;
	case FACT_PLATFORM_START: s->evidence.count[FACT_COLD_START] += s->evidence.count[FACT_STOP]; break;
	default:
		if (facts[e->fact].death)
			note_end(s, e);
	}
	/* clang-format on */
	if (story_is_death_told(e) && s->bereft == 0)
		s->bereft = e->speaker;
}

static bool
ends_master(enum fact fact)
{
	return fact == FACT_SHUTTING_DOWN || fact == FACT_REASON_BOOT || fact == FACT_REASON_APP ||
		fact == FACT_MAIN_LOOP || fact == FACT_CANNOT_CONNECT || fact == FACT_CONFIG ||
		fact == FACT_WORKER_CLASS || fact == FACT_PIDFILE || fact == FACT_NOT_WRITABLE ||
		fact == FACT_PARENT_CHANGED || fact == FACT_MASTER_KILLED || fact == FACT_MASTER_CRASHED ||
		fact == FACT_MASTER_EXITED || fact == FACT_MASTER_LEFT;
}

void
story_tell(struct story *s, const struct story_event *e)
{
	enum fact_weight weight = facts[e->fact].weight;
	/* lines before the first that matters are there for its context alone */
	bool was_opened = s->opened;

	if (story_is_quoted(s, e))
		return;
	backwards_note(s, e);
	if (s->evidence.count[e->fact]++ == 0)
		s->evidence.line[e->fact] = e->line;
	if (weight != WEIGHT_CONTEXT) {
		s->opened = true;
		s->faulty = s->faulty || weight == WEIGHT_FAULT;
		if (e->second >= 0)
			s->last = e->second;
	}
	if (s->first_line == 0 || (weight != WEIGHT_CONTEXT && !was_opened))
		s->first_line = e->line;
	s->last_line = e->line;
	/* the farewell of one that went while another one lost a worker */
	s->over = s->over ||
		(ends_master(e->fact) && !(e->fact == FACT_SHUTTING_DOWN && story_are_two(s->bereft, e->speaker)));
	note(s, e);
}

/* Its master started beside the one that was asked to end. */
static bool
is_of_the_successor(const struct story *s, const struct story_worker *w)
{
	return w->master == s->newest && story_are_two(s->newest, s->stopped);
}

/* What lives on into the next story: nothing of a master that has ended, or was told to. */
void
story_next(struct story *s)
{
	bool lives = !s->over && s->stop < 0;
	struct story next;

	story_init(&next);
	next.watched = s->watched;
	next.newest = s->newest;
	next.since = s->since;
	next.clock = s->clock;
	next.forth = s->forth;
	next.back = s->back;
	for (unsigned i = 0; i < s->count; i++)
		if (!s->workers[i].dead && !s->workers[i].exiting && (lives || is_of_the_successor(s, &s->workers[i]))) {
			next.workers[next.count] = s->workers[i];
			/* that it came unasked was counted in the story that ends */
			next.workers[next.count++].extra = false;
		}
	if (lives || story_are_two(s->newest, s->stopped)) {
		next.last_boot = s->last_boot;
		next.last_pid = s->last_pid;
	}
	*s = next;
}
