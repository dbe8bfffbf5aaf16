/* imported -- what holds of every import, whatever its source was. */
#ifndef BRIDLE_TESTS_FUZZ_IMPORTED_H
#define BRIDLE_TESTS_FUZZ_IMPORTED_H

#include "import/import.h"

/* What IM prints is read, and each setting has the value that its draft has. */
void must_read_back(const struct import *im);

#endif
