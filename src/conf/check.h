/*
 * check -- what is legal but wrong: the lint behind `bridle check`, and the part of it that bridled itself
 * insists on when it loads.
 *
 * Looks at the file system of this machine (users, paths, the installed Gunicorn), never runs anything.
 */
#ifndef BRIDLE_CONF_CHECK_H
#define BRIDLE_CONF_CHECK_H

#include "conf/conf.h"

/* Check all of CONF and add to REPORT. Errors are what cannot work (an unknown user, a virtualenv that is not
 * there, two services on one socket, Gunicorn 24.0.0, reuse_port with Gunicorn 24+, daemon in args); warnings
 * are what will hurt (stop_timeout below graceful_timeout, no bind, Gunicorn older than 20.1, a socket directory
 * that the service's user cannot enter, a Gunicorn configuration file that sets bind or daemon). Each says what
 * to write instead. A section of conf_read_rest() that is incomplete is left out. */
void conf_check(const struct conf *conf, struct conf_report *report);

#endif
