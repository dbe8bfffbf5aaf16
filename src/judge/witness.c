#include "judge/witness.h"

#include <string.h>

#include "judge/witness_kernel.h"
#include "judge/witness_traceback.h"
#include "judge/witness_unit.h"

/* Lines whose fact does not depend on a number in them. */
static const enum fact said[SIGNATURES] = {
#define SAID(signature, fact) [SIGNATURE_##signature] = FACT_##fact,
#include "judge/said.def"
#undef SAID
};

/* Is the line one of Heroku's own ("heroku[web.1]: Idling"), or of Azure's ("INFO  - Stopping site shop")? Without what they write
 * in front, its words may be anybody's. */
static bool
is_of_platform(const struct recognised *what)
{
	return memmem(what->text, what->length, "heroku[", 7) != NULL ||
		memmem(what->text, what->length, "INFO  - Stopping site ", 22) != NULL;
}

static enum fact
fact_of_line(const struct recognised *what)
{
	enum signature s = what->match.signature;
	enum fact fact = said[s];

	if (witness_number(what, &fact))
		return fact;
	/* whom it killed is cut off */
	if (s == SIGNATURE_OOM_KILL_TORN && memchr(what->message, '(', what->message_length) == NULL)
		return FACT_OOM_INVOKED;
	if ((fact == FACT_OOM || s == SIGNATURE_OOM_INVOKED || s == SIGNATURE_SEGFAULT || s == SIGNATURE_TRAP) &&
		!witness_is_ours(what))
		return fact == FACT_OOM ? FACT_OOM_OTHER : FACT_NONE;
	if (fact == FACT_PLATFORM_WORD && is_of_platform(what))
		return FACT_PLATFORM_STOP;
	return witness_is_others(what) ? FACT_NONE : fact;
}

/* Who answers 500 has caught what was raised, and serves; 502 to 504 are of a proxy. */
static unsigned
facts_of_answer(int status, enum fact found[WITNESS_FACTS])
{
	found[0] = status == 504 ? FACT_ANSWER_504 : status <= 500 ? FACT_SERVED : FACT_NONE;
	found[1] = status == 500 ? FACT_ANSWER_500 : FACT_NONE;
	return 2;
}

/* What follows from the release: before 20.1 nothing is logged of a worker that a signal ended (gunicorn-facts 2.5); from 22 on the age
 * of a heartbeat is compared on another clock than the one that its file begins with, so that nobody hangs in an import for too
 * long (6.1). */
static enum fact
fact_of_release(const struct signature_match *m)
{
	if (m->signature != SIGNATURE_STARTING_RELEASE)
		return FACT_NONE;
	if (m->pid < 20 || (m->pid == 20 && m->detail == 0))
		return FACT_MUTE;
	return m->pid >= 22 ? FACT_UNTIMED : FACT_NONE;
}

static enum fact
fact_of_own(const struct signature_own *own)
{
	static const enum fact of[PHASES] = {
		[PHASE_STARTUP_CONFIG] = FACT_OWN_CONFIG,
		[PHASE_BOOT] = FACT_OWN_BOOT,
		[PHASE_RUNTIME] = FACT_OWN_RUNTIME,
		[PHASE_RECYCLE] = FACT_OWN_RECYCLE,
		[PHASE_RELOAD] = FACT_OWN_RELOAD,
		[PHASE_SHUTDOWN] = FACT_OWN_SHUTDOWN,
	};

	return own->phase < PHASES ? of[own->phase] : FACT_NONE;
}

unsigned
witness_facts(const struct recognised *what, enum fact found[WITNESS_FACTS])
{
	/* witness_traceback() may leave it so */
	found[0] = FACT_NONE;
	if (what->kind == RECOGNISED_LINE && fact_of_release(&what->match) != FACT_NONE) {
		found[0] = FACT_STARTING;
		found[1] = fact_of_release(&what->match);
		return 2;
	}
	/* Arbiter.halt() says it as an error for a HaltServer alone */
	if (what->kind == RECOGNISED_LINE && what->match.signature == SIGNATURE_SHUTTING_DOWN_FAILED) {
		found[0] = FACT_SHUTTING_DOWN;
		found[1] = FACT_GIVES_UP;
		return 2;
	}
	switch (what->kind) {
	case RECOGNISED_COMPLAINT: found[0] = FACT_COMPLAINT; break;
	case RECOGNISED_OWN: found[0] = fact_of_own(what->own); break;
	case RECOGNISED_LINE: found[0] = fact_of_line(what); break;
	case RECOGNISED_ANSWER: return facts_of_answer(what->match.detail, found);
	case RECOGNISED_TRACEBACK: return witness_traceback(what->traceback, found);
	}
	return 1;
}

bool
witness_ends(const struct recognised *what)
{
	return facts[fact_of_line(what)].death;
}
