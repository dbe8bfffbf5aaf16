/*
 * mutants -- the simulator must be able to fail: every rule in the table of life is broken in every way, one after
 * the other, then every fault of faults.h is made, and the random worlds have to notice.
 *
 *	mutants [N]      each lives through at most N worlds
 *
 * life_feed.c and its table are compiled in here, where it can be written to. Each mutant lives in a child process, so that
 * one which runs into an assertion, or off its memory, is caught, too. A mutant that behaves like the right one
 * has an excuse, or the test fails.
 */
#define LIFE_TABLE /* not const */
#include "core/life_rules.c"
#include "core/life_feed.c"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "faults.h"
#include "rebirth.h"
#include "world.h"

/* Shared by all who try mutants: */
static struct tally {
	unsigned caught, excused, survived;
} * tally;
static int64_t worlds = 100000;
static unsigned share, shares; /* which of the mutants this process tries */

static bool
is_death(unsigned e)
{
	return e == ON_DIED_NOW || e == ON_DIED_LATER || e == ON_DIED_GIVE_UP || e == ON_DIED_DONE;
}

static bool
has_due(unsigned s)
{
	return s == LIFE_STARTING || s == LIFE_RELOADING || s == LIFE_REPLACING || s == LIFE_WAITING;
}

static bool
has_current(unsigned s)
{
	return s == LIFE_STARTING || s == LIFE_RUNNING || s == LIFE_RELOADING || s == LIFE_REPLACING;
}

/* Why event E cannot come in state S, where the table has no rule for it; NULL: it can, and must change nothing. */
static const char *
impossible(unsigned s, unsigned e)
{
	bool rests = s == LIFE_STOPPED || s == LIFE_WAITING || s == LIFE_FAILED;
	bool asked = s == LIFE_STOPPING || s == LIFE_RESTARTING;

	if ((e == ON_NEXT_READY || e == ON_NEXT_ASSUMED || e == ON_NEXT_DIED) && s != LIFE_REPLACING)
		return "there is no next one";
	if (e == ON_HEIR && (rests || s == LIFE_LISTENING || s == LIFE_QUEUED || s == LIFE_DONE))
		return "there is no master";
	if (e == ON_STEP && s != LIFE_REPLACING)
		return "there is no next one";
	if ((e == ON_READY || e == ON_ASSUMED) && !has_current(s))
		return "who was told to end is not taken for ready";
	if (e == ON_TIMEOUT && !has_due(s))
		return "there is no deadline";
	if (e == ON_UNFIT && s != LIFE_STARTING && s != LIFE_REPLACING)
		return "nobody boots";
	if (e == ON_FINISHED && s != LIFE_STARTING)
		return "only a start can be all that was wanted";
	if (is_death(e) && rests)
		return "there is no master";
	if (is_death(e) && asked && e != ON_DIED_DONE)
		return "it was asked to end";
	if (is_death(e) && !asked && s != LIFE_RUNNING)
		return "boot failures wait, or are one too many";
	if (e == ON_IDLE && (rests || s == LIFE_LISTENING || s == LIFE_QUEUED || s == LIFE_DONE))
		return "nobody runs who could be idle";
	if (e == ON_EMPTY && (has_current(s) || s == LIFE_RETRYING || s == LIFE_STOPPED))
		return "somebody is there, or nobody was";
	if (e == ON_CLEAR && (has_current(s) || s == LIFE_RETRYING || s == LIFE_STOPPING))
		return "somebody is in the way";
	return NULL;
}

/* Why nobody can tell the mutant from the right one; NULL: somebody must. */
static const char *
excuse(unsigned s, unsigned e, struct life_rule right, struct life_rule mutant)
{
	bool begins = e == ON_START || e == ON_RESTART || e == ON_REPLACE;

	if (right.act == ACT_NO_RULE)
		return NULL;
	if (mutant.next != right.next || mutant.act == ACT_NO_RULE)
		return NULL;
	if (s == LIFE_REPLACING && e == ON_DIED_LATER && mutant.due == DUE_AFTER_START)
		return "only while it is mended, and then the next one would have to be late, too: no world has that";
	if (mutant.due != right.due)
		return !has_due(s) && right.due == DUE_NEVER && mutant.due == DUE_KEEP ?
			"there was no deadline before" :
			NULL;
	if (right.act == ACT_SPAWN && mutant.act == ACT_PROMOTE)
		return "without a next one, promoting is spawning";
	if (right.act == ACT_LISTEN && mutant.act == ACT_REST)
		return "nobody runs who could rest";
	if (right.act != ACT_JUST_MOVE)
		return NULL;
	if (mutant.act == ACT_END_CURRENT &&
		(s == LIFE_STOPPED || s == LIFE_FAILED || s == LIFE_QUEUED || (s == LIFE_LISTENING && e == ON_QUEUE)))
		return "there is no current one";
	if (mutant.act == ACT_END_ALL && (s == LIFE_STOPPED || e == ON_FINISHED))
		return "nobody is there, or is being ended, and whatever comes next ends all";
	if (mutant.act == ACT_END_CURRENT && e == ON_FINISHED)
		return "the current one has just died";
	if (mutant.act == ACT_END_NEXT && (s != LIFE_REPLACING || e == ON_NEXT_DIED))
		return "there is no next one";
	if (mutant.act == ACT_END_CURRENT && is_death(e))
		return "the current one has just died";
	if (s == LIFE_STOPPING && (mutant.act == ACT_END_CURRENT || mutant.act == ACT_END_ALL))
		return "everybody is being ended, or gone";
	if (s == LIFE_STOPPING && begins && (mutant.act == ACT_SPAWN || mutant.act == ACT_PROMOTE))
		return "somebody is in the way, and that makes it restarting";
	return NULL;
}

static bool
is_noticed(void)
{
	static struct world w;

	for (int64_t seed = 1; seed <= worlds; seed++)
		if (!world_live(&w, (uint64_t)seed, NULL))
			return true;
	return false;
}

/* Live with the table as it is now. */
static bool
survives(void)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		/* neither a core nor the message of an assertion is news here */
		setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
		setrlimit(RLIMIT_CPU, &(struct rlimit){ 60, 60 });
		close(STDERR_FILENO);
		_exit(is_noticed());
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* Mutants go round among the processes as they come: a slow one is followed by a slow one. */
static bool
is_mine(void)
{
	static unsigned turn;

	return turn++ % shares == share;
}

static void
count(unsigned *what)
{
	__atomic_add_fetch(what, 1, __ATOMIC_RELAXED);
}

static void
try(unsigned s, unsigned e, struct life_rule mutant)
{
	struct life_rule right = life_rules[s][e];

	if (!is_mine())
		return;
	if (excuse(s, e, right, mutant) != NULL) {
		count(&tally->excused);
		return;
	}
	life_rules[s][e] = mutant;
	if (survives()) {
		count(&tally->survived);
		printf("survived: %s, \"%s\" -> %s, act %d, due %d (right: %s, %d, %d)\n", life_state_name(s),
			life_event_text(e), life_state_name(mutant.next), (int)mutant.act, (int)mutant.due,
			life_state_name(right.next), (int)right.act, (int)right.due);
	} else {
		count(&tally->caught);
	}
	life_rules[s][e] = right;
}

static void
break_rule(unsigned s, unsigned e)
{
	struct life_rule right = life_rules[s][e];

	try(s, e, (struct life_rule){ .act = ACT_NO_RULE });
	for (unsigned i = 0; i < LIFE_STATE_COUNT; i++)
		if (i != right.next)
			try(s, e, (struct life_rule){ (enum life_state)i, right.act, right.due });
	for (unsigned i = ACT_JUST_MOVE; i < LIFE_ACT_COUNT; i++)
		if (i != right.act)
			try(s, e, (struct life_rule){ right.next, (enum life_act)i, right.due });
	for (unsigned i = 0; i < LIFE_DUE_COUNT; i++)
		if (i != right.due)
			try(s, e, (struct life_rule){ right.next, right.act, (enum life_due)i });
}

static void
fill_empty(unsigned s, unsigned e)
{
	for (unsigned i = 0; i < LIFE_STATE_COUNT && impossible(s, e) == NULL; i++)
		if (i != s)
			try(s, e, (struct life_rule){ (enum life_state)i, ACT_JUST_MOVE, DUE_NEVER });
}

static void
make_faults(void)
{
	for (unsigned i = FAULT_NONE + 1; i < FAULT_COUNT; i++) {
		fault_now = (enum fault)i;
		if (!is_mine())
			continue;
		if (survives()) {
			count(&tally->survived);
			printf("survived: %s\n", fault_texts[i]);
		} else {
			count(&tally->caught);
		}
	}
	fault_now = FAULT_NONE;
}

/* A field that is not carried over to the next program. */
static void
make_forgetful(void)
{
	for (rebirth_forgets = 0; rebirth_forgets < rebirth_field_count; rebirth_forgets++) {
		if (!is_mine())
			continue;
		if (survives()) {
			count(&tally->survived);
			printf("survived: %s is forgotten by a re-exec\n", rebirth_fields[rebirth_forgets]);
		} else {
			count(&tally->caught);
		}
	}
	rebirth_forgets = -1;
}

static void
try_all(void)
{
	for (unsigned s = 0; s < LIFE_STATE_COUNT; s++)
		for (unsigned e = 0; e < LIFE_EVENT_COUNT; e++)
			if (life_rules[s][e].act != ACT_NO_RULE)
				break_rule(s, e);
			else
				fill_empty(s, e);
	make_faults();
	make_forgetful();
}

/* One process for each processor. False when one of them ended in another way than by being done. */
static bool
try_side_by_side(void)
{
	bool done = true;
	int status;

	fflush(stdout);
	for (share = 0; share < shares; share++)
		if (fork() == 0) {
			try_all();
			fflush(stdout);
			_exit(0);
		}
	while (wait(&status) > 0)
		done = done && WIFEXITED(status) && WEXITSTATUS(status) == 0;
	return done;
}

int
main(int argc, char **argv)
{
#ifdef __SANITIZE_ADDRESS__
	printf("thousands of mutants are tried without sanitizers: it takes minutes as it is\n");
	return 77;
#endif
	if (argc > 1)
		worlds = atoll(argv[1]);
	shares = (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
	tally = mmap(NULL, sizeof *tally, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (tally == MAP_FAILED || !survives()) {
		printf("the right one does not survive\n");
		return 1;
	}
	if (!try_side_by_side())
		return 1;
	printf("%u mutants caught, %u excused, %u survived\n", tally->caught, tally->excused, tally->survived);
	return tally->survived > 0 || tally->caught == 0;
}
