/*
 * import_systemd -- the files of a unit that is installed: itself, its drop-ins, and its socket, where systemd looks
 * (systemd.unit(5), UNIT FILE LOAD PATH).
 */
#ifndef BRIDLE_CLI_IMPORT_SYSTEMD_H
#define BRIDLE_CLI_IMPORT_SYSTEMD_H

#include <stdbool.h>

#include "base/err.h"
#include "import/import.h"

/* Read PATH and add it to IM as NAME. False with ERR. */
bool import_systemd_file(struct import *im, const char *path, const char *name, struct err *err);

/* Add the unit NAME ("shop", "shop.service", "shop@eu") and what belongs to it. SYSTEMD_UNIT_PATH, as systemd has it, says
 * where to look instead. False with ERR when there is none, or one of the files cannot be read. */
bool import_systemd_add(struct import *im, const char *name, struct err *err);

#endif
