#include "core/cause.h"

#include <stddef.h>

/* clang-format off */
const char *const cause_phases[PHASES] = {
	[PHASE_UNKNOWN] = "unknown",
	[PHASE_STARTUP_CONFIG] = "startup-config",
	[PHASE_BOOT] = "boot",
	[PHASE_RUNTIME] = "runtime",
	[PHASE_RECYCLE] = "recycle",
	[PHASE_RELOAD] = "reload",
	[PHASE_SHUTDOWN] = "shutdown",
};

const struct fact_entry facts[FACTS] = {
	[FACT_NONE] = { "NONE", WEIGHT_CONTEXT, false, "" },
#define FACT(id, weight, words) [FACT_##id] = { #id, WEIGHT_##weight, false, words },
#define DEATH(id, words) [FACT_##id] = { #id, WEIGHT_FAULT, true, words },
#include "core/facts.def"
#undef FACT
};

const struct cause_entry causes[CAUSES] = {
	[CAUSE_UNKNOWN] = { "unknown", PHASE_UNKNOWN, "what is known does not prove a cause",
		"Look at the lines around it; log_level = debug and a longer piece of the log may show more." },
#define CAUSE(id, name, phase, what, advice) [CAUSE_##id] = { name, PHASE_##phase, what, advice },
#define PROOF(...)
#include "core/causes.def"
#undef CAUSE
#undef PROOF
};

/* The short names of causes.def. */
enum {
#define FACT(id, weight, words) id = FACT_##id,
#include "core/facts.def"
#undef FACT
};

enum { PHASE_USUAL = PHASES, PROOF_FACTS = 8 };

/* The first of each list is FACT_NONE, so that an empty one is valid C. */
static const struct proof {
	enum cause cause;
	uint8_t phase; /* PHASE_USUAL: that of the cause */
	uint8_t confidence;
	uint8_t all[PROOF_FACTS], none[PROOF_FACTS];
} proofs[] = {
#define ALL(...) { FACT_NONE, __VA_ARGS__ }
#define NONE(...) { FACT_NONE, __VA_ARGS__ }
#define CAUSE(...)
#define PROOF(id, phase, confidence, all, none) { CAUSE_##id, PHASE_##phase, confidence, all, none },
#include "core/causes.def"
#undef CAUSE
#undef PROOF
#undef ALL
#undef NONE
};
/* clang-format on */

_Static_assert(FACTS <= UINT8_MAX, "facts of a proof are bytes");

static bool
holds(const struct proof *p, const struct cause_evidence *e)
{
	for (unsigned i = 1; i < PROOF_FACTS; i++) {
		if (p->all[i] != FACT_NONE && e->count[p->all[i]] == 0)
			return false;
		if (p->none[i] != FACT_NONE && e->count[p->none[i]] > 0)
			return false;
	}
	return true;
}

/* CAUSE_FACTS of them are told: the first of the proof's list. */
static struct cause_verdict
verdict_of(const struct proof *p)
{
	struct cause_verdict v = { .cause = p->cause, .confidence = p->confidence };

	v.phase = p->phase == PHASE_USUAL ? causes[p->cause].phase : (enum cause_phase)p->phase;
	for (unsigned i = 0; i < CAUSE_FACTS; i++)
		v.facts[i] = (enum fact)p->all[i + 1];
	return v;
}

struct cause_verdict
cause_judge(const struct cause_evidence *e)
{
	/* in the order of causes.def: what is closer to the cause stands above what follows from it */
	for (unsigned i = 0; i < sizeof proofs / sizeof proofs[0]; i++)
		if (holds(&proofs[i], e))
			return verdict_of(&proofs[i]);
	return (struct cause_verdict){ .cause = CAUSE_UNKNOWN, .phase = PHASE_UNKNOWN };
}

bool
cause_is_provable(enum cause cause)
{
	for (unsigned i = 0; i < sizeof proofs / sizeof proofs[0]; i++) {
		struct cause_evidence e = { .count = { 0 } };

		for (unsigned k = 1; k < PROOF_FACTS; k++)
			if (proofs[i].all[k] != FACT_NONE)
				/* what it excludes stays away: the best case of that proof */
				e.count[proofs[i].all[k]] = 1;
		if (proofs[i].cause == cause && cause_judge(&e).cause == cause)
			return true;
	}
	return false;
}
