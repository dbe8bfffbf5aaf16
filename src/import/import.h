/*
 * import -- services that somebody defined for systemd, supervisord or a Procfile, as settings of Bridle.
 *
 * Sources go in as text, then everything is translated at once: drafts of services come out, the ledger that says
 * what became of each directive, and complaints about what is broken. No file is opened here. Sources are other
 * people's, and may be hostile: whatever they say, what is printed is read back by conf.
 */
#ifndef BRIDLE_IMPORT_IMPORT_H
#define BRIDLE_IMPORT_IMPORT_H

#include "conf/conf.h"
#include "import/draft.h"
#include "import/ledger.h"

struct dropin;
struct unit;

struct import {
	struct arena *arena;
	struct conf_report *report; /* what is broken, with file and line */
	struct ledger ledger;
	struct unit *units, *last_unit;
	struct dropin *dropins; /* in the order given */
	struct draft *drafts, *last_draft; /* complete after import_finish */
	unsigned draft_count;              /* with those that were one too many */
};

/* Begin; complaints go to REPORT. False when there is no memory. */
bool import_init(struct import *im, struct conf_report *report);
void import_release(struct import *im);

/* Add a file called NAME (a path: its last part says which unit it is) of LENGTH (<= IMPORT_SIZE_MAX) BYTES: a .service or
 * .socket, a drop-in (NAME.service.d/x.conf; any other .conf is one for the unit before it), a supervisord.conf, or a
 * Procfile; which one it is, its contents say. */
void import_add_text(struct import *im, const char *name, const char *bytes, size_t length);

/* Add a command line as a shell would get it. A leading "web:", "command:", CMD or ENTRYPOINT, as such lines have where
 * they come from, and the array form of a Dockerfile are understood. */
void import_add_command(struct import *im, const char *line);

/* What the unit SERVICE ("web"), which was added, asks for by Sockets=: names of socket units, parted by blanks; "" for
 * none. */
const char *import_sockets(const struct import *im, const char *service);

/* Translate what was added. Every entry of the ledger is settled afterwards. False when memory ran out. */
bool import_finish(struct import *im);

/* Room for what a directive of a source may say; more would not fit a line of ours either. */
enum { IMPORT_VALUE_MAX = 16384, IMPORT_SIZE_MAX = 256 * 1024 };

/* A directive of a source into the ledger. NULL when it was complained of, and settled. */
struct ledger_entry *import_entry(struct import *im, const char *file, unsigned line, const char *section,
	const char *directive, const char *value);

/* A new draft, in the order in which they are printed; its name is made unique. NULL without memory, and for more than
 * CONF_SERVICES_MAX, which is complained of. */
struct draft *import_draft(struct import *im, enum conf_kind kind, const char *name);

/* Complain about the line of ENTRY, and settle it as lost for that reason. */
void import_broken(struct import *im, struct ledger_entry *entry, const char *why);

#endif
