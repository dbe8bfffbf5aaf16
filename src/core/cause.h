/*
 * cause -- from what is known of an incident to its cause, with a confidence, and the facts that carry it. Pure.
 *
 * facts.def is what can be known, causes.def the catalogue with what proves each cause and what excludes it. Where the
 * facts prove nothing, the cause is CAUSE_UNKNOWN: no answer is better than a wrong one.
 */
#ifndef BRIDLE_CORE_CAUSE_H
#define BRIDLE_CORE_CAUSE_H

#include <stdbool.h>
#include <stdint.h>

/* clang-format off */
enum fact {
	FACT_NONE,
#define FACT(id, weight, words) FACT_##id,
#include "core/facts.def"
#undef FACT
	FACTS
};

enum fact_weight { WEIGHT_CONTEXT, WEIGHT_FAULT, WEIGHT_DEED, WEIGHT_NOISE, WEIGHT_DERIVED };

enum cause {
	CAUSE_UNKNOWN,
#define CAUSE(id, name, phase, what, advice) CAUSE_##id,
#define PROOF(...)
#include "core/causes.def"
#undef CAUSE
#undef PROOF
	CAUSES
};

enum cause_phase {
	PHASE_UNKNOWN,
	PHASE_STARTUP_CONFIG, /* before any worker */
	PHASE_BOOT,           /* a worker has not loaded the application yet */
	PHASE_RUNTIME,
	PHASE_RECYCLE,        /* workers or master replaced on purpose */
	PHASE_RELOAD,
	PHASE_SHUTDOWN,
	PHASES
};
/* clang-format on */

/* A verdict of so many percent or more is said without "likely". */
enum { CAUSE_CONFIDENT = 80, CAUSE_FACTS = 4 };

/* What is known of one incident. */
struct cause_evidence {
	uint32_t count[FACTS]; /* how often; 0: not known */
	uint64_t line[FACTS];  /* of the log, where it was first; 0 where it is no line */
};

struct cause_verdict {
	enum cause cause;
	enum cause_phase phase;
	unsigned confidence;          /* percent; 0 for CAUSE_UNKNOWN */
	enum fact facts[CAUSE_FACTS]; /* which prove it; FACT_NONE after the last */
};

/* Words are in the tables themselves: pointers to them would be relocated, which costs each process pages of its own. */
struct cause_entry {
	char name[40]; /* "boot.import-missing" */
	enum cause_phase phase;
	char what[160], advice[260];
};
extern const struct cause_entry causes[CAUSES];
extern const char *const cause_phases[PHASES];

extern const struct fact_entry {
	char name[24]; /* as in facts.def */
	enum fact_weight weight;
	bool death; /* it says how a worker ended */
	char words[84];
} facts[FACTS];

/* The cause that E proves. */
struct cause_verdict cause_judge(const struct cause_evidence *e);

/* Does exactly what one of its proofs asks for lead to CAUSE, or does something above it always take its place? */
bool cause_is_provable(enum cause cause);

#endif
