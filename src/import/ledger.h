/*
 * ledger -- the accounting of an import: each directive of the sources once, and what became of it.
 *
 * Everything is in the arena of the import. An entry is made when its line is read and settled when it has been
 * translated; one that nobody settled (FATE_OPEN) is our own mistake, which tests count.
 */
#ifndef BRIDLE_IMPORT_LEDGER_H
#define BRIDLE_IMPORT_LEDGER_H

#include <stdbool.h>

#include "conf/arena.h"

struct draft;

enum fate {
	FATE_OPEN,        /* not settled yet */
	FATE_KEPT,        /* a key says the same */
	FATE_IMPLIED,     /* Bridle does it anyway */
	FATE_MEANINGLESS, /* it has no effect here, or had none where it was */
	FATE_LOST,        /* not carried over */
	FATE_COUNT
};

/* The reason for LOST says what that changes; those of the others why that is so, "" where there is nothing to say. */
struct ledger_entry {
	const char *file; /* as it was named; "" for a command line */
	unsigned line;    /* from 1; 0: none */
	const char *section, *directive, *value;
	const char *source;      /* the file and its kind, one string for all entries of a source */
	struct draft *const *of; /* where the service that it is about is kept; NULL: it is about none alone */
	enum fate fate;
	const char *key; /* keys that it became, parted by blanks, or "" */
	const char *reason;
	struct ledger_entry *parts, *last_part; /* of a command line: its options, wrappers, redirections; else NULL */
	struct ledger_entry *next;              /* in the list it is in */
};

struct ledger {
	struct arena *arena;
	const char *source;      /* what is read now, for the entries that are added */
	struct draft *const *of; /* the same; the draft may be made later, and stay NULL where there is one too many */
	struct ledger_entry *first, *last;
};

/* An entry that is not settled. Strings are copied, but for the source. NULL only without memory, as arena.h says. */
struct ledger_entry *ledger_add(struct ledger *ledger, const char *file, unsigned line, const char *section,
	const char *directive, const char *value);

/* A part of ENTRY, settled; KEY may be "". */
void ledger_add_part(struct ledger *ledger, struct ledger_entry *entry, const char *directive, const char *value,
	enum fate fate, const char *key, const char *reason);

/* Settle ENTRY. A later call wins. */
void ledger_settle(struct ledger *ledger, struct ledger_entry *entry, enum fate fate, const char *key, const char *fmt,
	...) __attribute__((format(printf, 5, 6)));

/* Settle ENTRY by its parts: LOST when one of them is, else KEPT. Keys and reasons are theirs. */
void ledger_sum(struct ledger *ledger, struct ledger_entry *entry);

/* Whether ENTRY has to do with the service ONLY (NULL: any): it is about that, or about none alone. */
bool ledger_concerns(const struct ledger_entry *entry, const struct draft *only);

/* How many of the entries that concern ONLY have FATE; FATE_OPEN must be none in the end. */
unsigned ledger_count(const struct ledger *ledger, enum fate fate, const struct draft *only);

/* "kept", "implied", "meaningless", "lost". */
const char *fate_name(enum fate fate);

#endif
