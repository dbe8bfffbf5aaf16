/*
 * faults -- stop, restart and generation as they are, or with one fault of the list: for tests/sim/mutants.
 *
 * Takes the place of these three in the link.
 */
#ifndef BRIDLE_TESTS_FAULTS_H
#define BRIDLE_TESTS_FAULTS_H

#define FAULTS(X) \
	X(NONE, "none") \
	X(NO_TERM, "a ladder begins without TERM") \
	X(NO_TERM_REST, "leftovers of a dead master are not told") \
	X(TERM_REST_ONLY, "workers get TERM past their master") \
	X(TERM_DEAD_MASTER, "a dead master gets TERM") \
	X(NO_DRAIN, "a ladder begins with TERM where it should wait") \
	X(NO_QUIT, "QUIT never comes, nor what follows it") \
	X(NO_KILL, "KILL never comes") \
	X(KILL_ONCE, "KILL comes only once") \
	X(KILL_FIRST, "a ladder begins with KILL") \
	X(KILL_EARLY, "KILL comes with the first step") \
	X(LADDER_NEVER_DUE, "a ladder has no deadline") \
	X(LADDER_ALWAYS_DUE, "a ladder is due all the time") \
	X(HURRY_NOBODY, "hurry does nothing") \
	X(ALWAYS_NOW, "every death is followed at once") \
	X(NO_WAIT, "waits have no length") \
	X(LONG_WAIT, "waits are longer than allowed") \
	X(GIVE_UP_EARLY, "the second failure is one too many") \
	X(NOBODY_IN_WAY, "nobody is ever in the way") \
	X(ORPHANS_NOT_IN_WAY, "only masters are in the way") \
	X(ALWAYS_HELD, "a port of one's own is taken for a held listener") \
	X(EMPTY_TOO_SOON, "a slot without master counts as empty") \
	X(NUMBERS_STAND_STILL, "generations share a number") \
	X(SLOT_STAYS_TAKEN, "a slot is not freed")

enum fault {
#define X(name, text) FAULT_##name,
	FAULTS(X)
#undef X
		FAULT_COUNT
};

extern enum fault fault_now;
extern const char *const fault_texts[FAULT_COUNT];

#endif
