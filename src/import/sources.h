/*
 * sources -- the files that are no units: what they say goes into drafts at once. NAME is the file's, for messages.
 */
#ifndef BRIDLE_IMPORT_SOURCES_H
#define BRIDLE_IMPORT_SOURCES_H

#include "import/import.h"

/* A configuration of supervisord, of LENGTH BYTES: a draft for each [program:x] with a command. What is broken is complained of
 * in the import's report, with its line; the rest counts. */
void supervisord_add(struct import *im, const char *name, const char *bytes, size_t length);

/* The same of a Procfile: a draft for each of its processes. */
void procfile_add(struct import *im, const char *name, const char *bytes, size_t length);

/* All units that were added, into drafts: systemd.c. */
void systemd_translate(struct import *im);

/* The command line LINE, as ENTRY, of the service D. */
void procfile_command(struct import *im, struct draft *d, struct ledger_entry *entry, const char *line);

#endif
