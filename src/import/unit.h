/*
 * unit -- a unit of systemd with its drop-ins: its lines in the order in which they count, and what % stands for.
 */
#ifndef BRIDLE_IMPORT_UNIT_H
#define BRIDLE_IMPORT_UNIT_H

#include "import/import.h"

struct unit_line {
	struct ledger_entry *entry;
	const char *value; /* placeholders are holes, specifiers are not replaced yet */
	const struct directive *directive; /* NULL when it is not in the list */
	unsigned number;                   /* in the unit, with its drop-ins */
	struct unit_line *same;            /* the line before it that says the same directive, or NULL */
	struct unit_line *next;
};

/* What the unit says of one directive. */
struct unit_said {
	struct unit_line *last;
	const struct unit_line *counts; /* which of its lines takes the effect of those before it away (overrule.h) */
	bool is_known;                  /* whether that was looked for */
};

struct unit {
	bool is_socket;
	const char *name;     /* without its type: "gunicorn@shop" */
	const char *prefix;   /* "gunicorn" */
	const char *instance; /* "shop"; NULL of a template itself */
	bool is_template;     /* there is an @ in its name, or an instance is asked for */
	bool is_users;        /* a unit of a user's own manager (WantedBy=default.target) */
	const char *file;     /* its own, by its name; NULL when drop-ins alone were given */
	const char *dropin;   /* the .conf that it is made of, of which there was no unit yet; NULL of a unit */
	bool has_statements;  /* {% if x %} and the like: which of its lines count is not known */
	bool is_short;        /* a line was complained of as too long, and is not among its lines */
	struct unit_line *first, *last;
	struct unit_said *said; /* by the number of the directive */
	struct draft *draft; /* that it became, or joined */
	struct unit *next;
};

/* Read LENGTH BYTES of the file NAME into the ledger and into a unit: a new one, or for a drop-in the one it is of. One that is for
 * several of those that are given goes into each, with entries of its own, for what becomes of a line may differ. */
void unit_add(struct import *im, const char *name, const char *bytes, size_t length);

/* Read LENGTH BYTES of FILE into the ledger and into UNIT; NULL is complained of. */
void unit_read(struct import *im, struct unit *unit, const char *file, const char *bytes, size_t length);

/* A drop-in, whose directory says that it is OF a unit ("x.service"), or of several: into those that are there, and kept for
 * those that come. */
void unit_add_dropin(struct import *im, const char *file, const char *of, const char *bytes, size_t length);

/* What was kept for UNIT, which is new, behind its own lines. */
void unit_take_dropins(struct import *im, struct unit *unit);

/* The unit that FILE, a drop-in OF a unit that was not given, is read into. NULL without memory. */
struct unit *unit_of_dropin(struct import *im, const char *file, const char *of, bool is_socket);

/* When all was given: complain of drop-ins that are of none of the units. */
void unit_finish_dropins(struct import *im);

/* The last value of DIRECTIVE in UNIT, as it was written, or "": overrule.h has the one that counts. */
const char *unit_value(const struct unit *unit, const char *directive);

/* Whether UNIT has a line in SECTION. */
bool unit_has_section(const struct unit *unit, const char *section);

/* The units that Sockets= of SERVICE names, parted by blanks. */
const char *unit_sockets(const struct import *im, const struct unit *service);

/* The service that SOCKET is of: by Service=, by its name, by Sockets=; NULL when none of those that were given is it. */
struct unit *unit_service_of(const struct import *im, const struct unit *socket);

/* Whether a socket unit gives addresses to D. */
bool unit_has_socket(const struct import *im, const struct draft *d);

/* What UNIT does without being told, into its draft, in which everything else is. */
void unit_carry(struct import *im, const struct unit *unit);

/* TEXT with its specifiers (systemd.unit(5)) replaced; those that nobody can know here become holes. */
const char *unit_specify(const struct unit *unit, struct arena *arena, const char *text);

#endif
