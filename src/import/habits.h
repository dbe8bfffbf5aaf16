/*
 * habits -- what systemd and Gunicorn do without being told, and Bridle otherwise: said in the draft, so that whoever moves
 * over finds what there was.
 */
#ifndef BRIDLE_IMPORT_HABITS_H
#define BRIDLE_IMPORT_HABITS_H

#include "import/import.h"

/* Complete D, of which everything else is set. What the source says itself is left alone. */
void habits_carry(struct draft *d);

#endif
