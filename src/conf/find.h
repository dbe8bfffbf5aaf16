/*
 * find -- which file a command is: along PATH, in a virtual environment, or below a directory.
 */
#ifndef BRIDLE_CONF_FIND_H
#define BRIDLE_CONF_FIND_H

/* What login(1) gives when nobody set one. */
#define FIND_PATH_DEFAULT "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

enum { FIND_PATH_SIZE = 4096 };

#endif
