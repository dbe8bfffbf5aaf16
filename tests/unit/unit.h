/* unit -- cmocka wants these four before itself. */
#ifndef BRIDLE_TESTS_UNIT_H
#define BRIDLE_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
