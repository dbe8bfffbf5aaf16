/* The right ones, under other names. */
#define stop_begin right_stop_begin
#define stop_master_gone right_stop_master_gone
#define stop_hurry right_stop_hurry
#define stop_step right_stop_step
#define restart_judge right_restart_judge
#define generation_begin right_generation_begin
#define generation_free right_generation_free
#define generation_none_left right_generation_none_left
#define generation_none_in_way right_generation_none_in_way
#include "core/stop.c"
#include "core/restart.c"
#undef stop_begin
#undef stop_master_gone
#undef stop_hurry
/* What generation.c calls are the faulty ones. */
enum stop_deed stop_begin(struct stop *s, const struct stop_limits *limits, bool master, msec now);
enum stop_deed stop_master_gone(struct stop *s, const struct stop_limits *limits, msec now);
enum stop_deed stop_hurry(struct stop *s, const struct stop_limits *limits, msec now);
#include "core/generation.c"
#undef stop_step
#undef restart_judge
#undef generation_begin
#undef generation_free
#undef generation_none_left
#undef generation_none_in_way

#include "faults.h"

enum stop_deed stop_step(struct stop *s, const struct stop_limits *limits, msec now);
enum restart_verdict restart_judge(struct restart *r, const struct restart_limits *limits, const struct death *death,
	uint32_t jitter, msec now, msec *wait);
void generation_begin(struct generation *g, uint32_t number, msec now);
void generation_free(struct generation *g);
bool generation_none_left(const struct generation *slots, uint8_t n);
bool generation_none_in_way(const struct generation *slots, uint8_t n, bool held);

enum fault fault_now;

const char *const fault_texts[FAULT_COUNT] = {
#define X(name, text) text,
	FAULTS(X)
#undef X
};

static bool
has(enum fault fault)
{
	return fault_now == fault;
}

/* A wrong deed, or a wrong due, after a right one. */
static enum stop_deed
spoil(struct stop *s, enum stop_deed deed, msec now)
{
	if (has(FAULT_NO_KILL) && deed == STOP_KILL_ALL)
		return STOP_NOTHING;
	if (has(FAULT_NO_QUIT) && deed == STOP_QUIT_MASTER) {
		s->due = s->kill = now + 100000000;
		return STOP_NOTHING;
	}
	if (has(FAULT_NO_TERM) && deed == STOP_TERM_MASTER)
		return STOP_NOTHING;
	if (has(FAULT_NO_TERM_REST) && deed == STOP_TERM_REST)
		return STOP_NOTHING;
	if (has(FAULT_TERM_REST_ONLY) && deed == STOP_TERM_MASTER)
		return STOP_TERM_REST;
	if (has(FAULT_KILL_FIRST) && deed == STOP_TERM_MASTER)
		return STOP_KILL_ALL;
	if (has(FAULT_TERM_DEAD_MASTER) && deed == STOP_TERM_REST)
		return STOP_TERM_MASTER;
	if ((has(FAULT_KILL_ONCE) && deed == STOP_KILL_ALL) || has(FAULT_LADDER_NEVER_DUE))
		s->due = MSEC_NEVER;
	if (has(FAULT_LADDER_ALWAYS_DUE))
		s->due = now;
	return deed;
}

enum stop_deed
stop_begin(struct stop *s, const struct stop_limits *limits, bool master, msec now)
{
	const struct stop_limits hasty = { .graceful = limits->graceful, .total = limits->total, .quit = limits->quit };
	enum stop_deed deed = right_stop_begin(s, has(FAULT_NO_DRAIN) ? &hasty : limits, master, now);

	if (has(FAULT_KILL_EARLY))
		s->due = s->kill = now;
	return spoil(s, deed, now);
}

enum stop_deed
stop_master_gone(struct stop *s, const struct stop_limits *limits, msec now)
{
	return spoil(s, right_stop_master_gone(s, limits, now), now);
}

enum stop_deed
stop_hurry(struct stop *s, const struct stop_limits *limits, msec now)
{
	enum stop_deed deed = right_stop_hurry(s, limits, now);

	return has(FAULT_HURRY_NOBODY) ? STOP_NOTHING : spoil(s, deed, now);
}

enum stop_deed
stop_step(struct stop *s, const struct stop_limits *limits, msec now)
{
	return spoil(s, right_stop_step(s, limits, now), now);
}

enum restart_verdict
restart_judge(struct restart *r, const struct restart_limits *limits, const struct death *death, uint32_t jitter,
	msec now, msec *wait)
{
	enum restart_verdict verdict = right_restart_judge(r, limits, death, jitter, now, wait);

	if (verdict != RESTART_LATER)
		return verdict;
	if (has(FAULT_ALWAYS_NOW))
		return RESTART_NOW;
	if (has(FAULT_GIVE_UP_EARLY) && r->failures > 1)
		return RESTART_GIVE_UP;
	if (has(FAULT_NO_WAIT))
		*wait = 0;
	if (has(FAULT_LONG_WAIT))
		*wait = 2 * limits->delay_max;
	return verdict;
}

void
generation_begin(struct generation *g, uint32_t number, msec now)
{
	right_generation_begin(g, has(FAULT_NUMBERS_STAND_STILL) ? 1 : number, now);
}

void
generation_free(struct generation *g)
{
	if (!has(FAULT_SLOT_STAYS_TAKEN))
		right_generation_free(g);
}

bool
generation_none_left(const struct generation *slots, uint8_t n)
{
	if (!has(FAULT_EMPTY_TOO_SOON))
		return right_generation_none_left(slots, n);
	for (uint8_t i = 0; i < n; i++)
		if (slots[i].master)
			return false;
	return true;
}

bool
generation_none_in_way(const struct generation *slots, uint8_t n, bool held)
{
	if (has(FAULT_NOBODY_IN_WAY))
		return true;
	if (has(FAULT_ORPHANS_NOT_IN_WAY)) {
		for (uint8_t i = 0; i < n; i++)
			if (slots[i].master && !slots[i].beside)
				return false;
		return true;
	}
	return right_generation_none_in_way(slots, n, held || has(FAULT_ALWAYS_HELD));
}
