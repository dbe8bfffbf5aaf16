/*
 * print -- an import as people and programs get it.
 */
#ifndef BRIDLE_IMPORT_PRINT_H
#define BRIDLE_IMPORT_PRINT_H

#include <stdio.h>

#include "import/import.h"

/* The configuration: sections with the keys that were kept, and as comments what else became of the sources, what is
 * lost first. It always reads back. ONLY: that draft alone, with the accounting that concerns it; NULL: all. */
void import_print(FILE *out, const struct import *im, const struct draft *only);

/* The ledger as a JSON array, an object a line: file, line, section, directive, value, fate, key, reason; of a command
 * line also parts, an array of such objects without place. Bytes that are no UTF-8 are replaced. False without memory. */
bool import_print_report(FILE *out, const struct import *im);

#endif
