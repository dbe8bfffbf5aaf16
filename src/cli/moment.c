#include "cli/moment.h"

#include <string.h>
#include <time.h>

void
moment_words(msec at, char words[MOMENT_WORDS])
{
	time_t seconds = at / 1000, now = time(NULL);
	struct tm tm, today;

	words[0] = '\0';
	if (localtime_r(&seconds, &tm) == NULL || localtime_r(&now, &today) == NULL)
		return; /* a year that no calendar has */
	strftime(words, MOMENT_WORDS,
		tm.tm_yday == today.tm_yday && tm.tm_year == today.tm_year ? "%H:%M:%S" : "%Y-%m-%d %H:%M:%S", &tm);
}
