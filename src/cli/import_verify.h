/*
 * import_verify -- whether a printed configuration is what it should be: it reads, it passes bridle check, and printed
 * back it reads as the same.
 */
#ifndef BRIDLE_CLI_IMPORT_VERIFY_H
#define BRIDLE_CLI_IMPORT_VERIFY_H

#include <stdbool.h>
#include <stddef.h>

#include "conf/conf.h"

/* Complaints about the LENGTH bytes of TEXT, called NAME, go to REPORT. What conf_check complains of may be true of this
 * machine only (users, paths). False when there was any error. */
bool import_verify(const char *name, const char *text, size_t length, struct conf_report *report);

#endif
