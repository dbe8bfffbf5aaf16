#include "core/life_rules.h"

/*
 * A service that is wanted is STARTING until its workers are proven ready, then RUNNING. If its master dies
 * before that, it is WAITING for the next try, or FAILED when that was one try too many; if it does not get
 * ready in time, it is first brought to its end (RETRYING). A master that dies later is followed at once, until
 * that repeats. Three ways lead to new code: RESTARTING (down, then up), REPLACING (up beside, then down:
 * whatever happens to the new one, the old one serves, and if the old one dies, the new one is all there is),
 * and RELOADING (HUP, where all depends on the new workers, so that it is a start once more). STOPPING ends it
 * from anywhere; who changes his mind meanwhile has it RESTARTING. One that comes after others is QUEUED until its turn.
 * One that is there to run to its end is DONE then, or stops.
 *
 * One that is wanted only when somebody comes is LISTENING: no process of it is needed, the kernel queues connections, and
 * the first one starts it. It comes back there when nothing came for long enough; whoever connects while it is being
 * ended waits in the same queue, and starts it again. Where others come first, those who connect wait while it is QUEUED.
 *
 * Leftovers of dead and replaced generations go down their ladders beside all this and do not move the
 * service, except that STOPPING waits until they are gone (EMPTY) and RESTARTING until they are not in the way
 * (CLEAR).
 *
 * An event that is not in a row means nothing there. Some deaths are missing because they cannot come: a master that was not
 * ready is followed later or not at all (restart.c), so that STARTING, RELOADING and RETRYING have no DIED_NOW; in LISTENING
 * nobody lives, and its deaths are listeners that could not be had. If the old one dies in REPLACING, the next one goes on
 * with the deadline that it had (KEEP).
 */
#define TO(state, act, due) \
	{ \
		LIFE_##state, ACT_##act, DUE_##due \
	}
/* clang-format off */
LIFE_TABLE struct life_rule life_rules[LIFE_STATE_COUNT][LIFE_EVENT_COUNT] = {
[LIFE_STOPPED] = {
	[ON_START]      = TO(STARTING, SPAWN, AFTER_START),        [ON_RESTART]      = TO(STARTING, SPAWN, AFTER_START),
	[ON_REPLACE]    = TO(STARTING, SPAWN, AFTER_START),        [ON_LISTEN]       = TO(LISTENING, LISTEN, NEVER),
	[ON_QUEUE]      = TO(QUEUED, JUST_MOVE, NEVER) },
[LIFE_STARTING] = {
	[ON_READY]      = TO(RUNNING, JUST_MOVE, NEVER),           [ON_ASSUMED]      = TO(RUNNING, JUST_MOVE, NEVER),
	[ON_DIED_LATER] = TO(WAITING, JUST_MOVE, AFTER_WAIT),      [ON_DIED_GIVE_UP] = TO(FAILED, JUST_MOVE, NEVER),
	[ON_DIED_DONE]  = TO(STOPPING, END_ALL, NEVER),            [ON_FINISHED]     = TO(DONE, JUST_MOVE, NEVER),
	[ON_UNFIT]      = TO(RETRYING, END_CURRENT, NEVER),
	[ON_RESTART]    = TO(RESTARTING, END_ALL, NEVER),          [ON_REPLACE]      = TO(RESTARTING, END_ALL, NEVER),
	[ON_TIMEOUT]    = TO(RETRYING, END_CURRENT, NEVER),        [ON_STOP]         = TO(STOPPING, END_ALL, NEVER),
	[ON_HEIR]       = TO(STARTING, JUST_MOVE, AFTER_START),    [ON_HALT]         = TO(STOPPING, END_ALL, NEVER) },
[LIFE_RUNNING] = {
	[ON_DIED_NOW]   = TO(STARTING, SPAWN, AFTER_START),        [ON_DIED_DONE]    = TO(STOPPING, END_ALL, NEVER),
	[ON_DIED_LATER] = TO(WAITING, JUST_MOVE, AFTER_WAIT),      [ON_DIED_GIVE_UP] = TO(FAILED, JUST_MOVE, NEVER),
	[ON_RESTART]    = TO(RESTARTING, END_ALL, NEVER),          [ON_REPLACE]      = TO(REPLACING, SPAWN_NEXT, AFTER_START),
	[ON_STOP]       = TO(STOPPING, END_ALL, NEVER),            [ON_HUP]          = TO(RELOADING, SEND_HUP, AFTER_START),
	[ON_IDLE]       = TO(LISTENING, REST, NEVER),
	[ON_MEND]       = TO(REPLACING, SPAWN_NEXT, AFTER_START),  [ON_HALT]         = TO(STOPPING, END_ALL, NEVER),
	[ON_HEIR]       = TO(STARTING, JUST_MOVE, AFTER_START) },
[LIFE_RELOADING] = {
	[ON_READY]      = TO(RUNNING, JUST_MOVE, NEVER),           [ON_ASSUMED]      = TO(RUNNING, JUST_MOVE, NEVER),
	[ON_DIED_LATER] = TO(WAITING, JUST_MOVE, AFTER_WAIT),      [ON_DIED_GIVE_UP] = TO(FAILED, JUST_MOVE, NEVER),
	[ON_RESTART]    = TO(RESTARTING, END_ALL, NEVER),          [ON_REPLACE]      = TO(REPLACING, SPAWN_NEXT, AFTER_START),
	[ON_TIMEOUT]    = TO(RETRYING, END_CURRENT, NEVER),        [ON_STOP]         = TO(STOPPING, END_ALL, NEVER),
	[ON_HEIR]       = TO(STARTING, JUST_MOVE, AFTER_START) },
[LIFE_REPLACING] = {
	[ON_NEXT_READY] = TO(RUNNING, PROMOTE, NEVER),             [ON_NEXT_ASSUMED] = TO(RUNNING, PROMOTE, NEVER),
	[ON_NEXT_DIED]  = TO(RUNNING, JUST_MOVE, NEVER),
	[ON_TIMEOUT]    = TO(RUNNING, END_NEXT, NEVER),            [ON_CLEAR]        = TO(REPLACING, SPAWN_NEXT, AFTER_START),
	[ON_DIED_NOW]   = TO(STARTING, PROMOTE, KEEP),             [ON_DIED_LATER]   = TO(STARTING, PROMOTE, KEEP),
	[ON_DIED_DONE]  = TO(STARTING, PROMOTE, KEEP),             [ON_DIED_GIVE_UP] = TO(STARTING, PROMOTE, KEEP),
	[ON_UNFIT]      = TO(RUNNING, END_NEXT, NEVER),
	[ON_STOP]       = TO(STOPPING, END_ALL, NEVER),            [ON_RESTART]      = TO(RESTARTING, END_ALL, NEVER),
	[ON_STEP]       = TO(REPLACING, JUST_MOVE, AFTER_START) },
[LIFE_STOPPING] = {
	[ON_START]      = TO(RESTARTING, JUST_MOVE, NEVER),        [ON_RESTART]      = TO(RESTARTING, JUST_MOVE, NEVER),
	[ON_REPLACE]    = TO(RESTARTING, JUST_MOVE, NEVER),        [ON_EMPTY]        = TO(STOPPED, JUST_MOVE, NEVER) },
[LIFE_RESTARTING] = {
	[ON_CLEAR]      = TO(STARTING, SPAWN, AFTER_START),        [ON_STOP]         = TO(STOPPING, END_ALL, NEVER) },
[LIFE_RETRYING] = {
	[ON_DIED_LATER] = TO(WAITING, JUST_MOVE, AFTER_WAIT),      [ON_DIED_GIVE_UP] = TO(FAILED, JUST_MOVE, NEVER),
	[ON_START]      = TO(RESTARTING, END_ALL, NEVER),          [ON_RESTART]      = TO(RESTARTING, END_ALL, NEVER),
	[ON_REPLACE]    = TO(RESTARTING, END_ALL, NEVER),          [ON_STOP]         = TO(STOPPING, END_ALL, NEVER),
	[ON_HALT]       = TO(STOPPING, END_ALL, NEVER) },
[LIFE_WAITING] = {
	[ON_TIMEOUT]    = TO(STARTING, SPAWN, AFTER_START),        [ON_START]        = TO(STARTING, SPAWN, AFTER_START),
	[ON_RESTART]    = TO(RESTARTING, END_ALL, NEVER),          [ON_REPLACE]      = TO(STARTING, SPAWN, AFTER_START),
	[ON_STOP]       = TO(STOPPING, END_ALL, NEVER),            [ON_HALT]         = TO(STOPPING, END_ALL, NEVER) },
[LIFE_FAILED] = {
	[ON_START]      = TO(STARTING, SPAWN, AFTER_START),        [ON_RESTART]      = TO(RESTARTING, END_ALL, NEVER),
	[ON_REPLACE]    = TO(STARTING, SPAWN, AFTER_START),        [ON_STOP]         = TO(STOPPING, END_ALL, NEVER),
	[ON_QUEUE]      = TO(QUEUED, JUST_MOVE, NEVER) },
[LIFE_LISTENING] = {
	[ON_CONNECT]    = TO(STARTING, SPAWN, AFTER_START),        [ON_START]        = TO(STARTING, SPAWN, AFTER_START),
	[ON_RESTART]    = TO(RESTARTING, END_ALL, NEVER),          [ON_REPLACE]      = TO(STARTING, SPAWN, AFTER_START),
	[ON_DIED_LATER] = TO(WAITING, JUST_MOVE, AFTER_WAIT),      [ON_DIED_GIVE_UP] = TO(FAILED, JUST_MOVE, NEVER),
	[ON_LISTEN]     = TO(LISTENING, LISTEN, NEVER),            [ON_STOP]         = TO(STOPPING, END_ALL, NEVER),
	[ON_QUEUE]      = TO(QUEUED, JUST_MOVE, NEVER) },
[LIFE_QUEUED] = {
	[ON_START]      = TO(STARTING, SPAWN, AFTER_START),        [ON_REFUSED]      = TO(FAILED, JUST_MOVE, NEVER),
	[ON_STOP]       = TO(STOPPING, END_ALL, NEVER) },
[LIFE_DONE] = {
	[ON_RESTART]    = TO(RESTARTING, END_ALL, NEVER),          [ON_REPLACE]      = TO(RESTARTING, END_ALL, NEVER),
	[ON_STOP]       = TO(STOPPING, END_ALL, NEVER) },
};
/* clang-format on */
#undef TO
