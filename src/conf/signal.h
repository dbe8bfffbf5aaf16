/*
 * signal -- the names of signals as they are written in settings.
 */
#ifndef BRIDLE_CONF_SIGNAL_H
#define BRIDLE_CONF_SIGNAL_H

/* "TERM", "SIGTERM", "sigterm", "15" -> 15; 0 when there is no such signal. Of those for real time there are only the
 * numbers: what they are called depends on the C library. */
int signal_by_name(const char *name);

#endif
