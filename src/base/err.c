#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Mark a text that was cut, so that nobody takes half a path for a whole one. */
static void
mark_cut(struct err *err, int wanted)
{
	if (wanted >= (int)sizeof err->text)
		memcpy(err->text + sizeof err->text - 4, "...", 4);
}

bool
err_set(struct err *err, int errnum, const char *fmt, ...)
{
	va_list args;
	int n;

	if (err == NULL)
		return false;
	err->code = errnum;
	va_start(args, fmt);
	n = vsnprintf(err->text, sizeof err->text, fmt, args);
	va_end(args);
	/* nobody of ours has threads, and no language is set (setlocale(3)): strerror(3) is
	 * the C library's own English words */
	if (n >= 0 && n < (int)sizeof err->text && errnum != 0)
		n += snprintf(err->text + n, sizeof err->text - (size_t)n, ": %s", strerror(errnum));
	mark_cut(err, n);
	return false;
}

bool
err_prefix(struct err *err, const char *fmt, ...)
{
	char old[sizeof err->text];
	va_list args;
	int n;

	if (err == NULL)
		return false;
	memcpy(old, err->text, sizeof old); /* it is written over while it is read from */
	va_start(args, fmt);
	n = vsnprintf(err->text, sizeof err->text, fmt, args);
	va_end(args);
	if (n >= 0 && n < (int)sizeof err->text)
		n += snprintf(err->text + n, sizeof err->text - (size_t)n, ": %s", old);
	mark_cut(err, n);
	return false;
}
