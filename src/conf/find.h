/*
 * find -- which file a command is: along PATH, in a virtual environment, or below a directory.
 */
#ifndef BRIDLE_CONF_FIND_H
#define BRIDLE_CONF_FIND_H

#include "conf/conf.h"

/* What login(1) gives when nobody set one. */
#define FIND_PATH_DEFAULT "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

enum { FIND_PATH_SIZE = 4096 };

/* What SERVICE would execute as NAME: a path (a relative one begins in its directory), else looked for in its virtual
 * environment and along its PATH. False with ERR when there is none. */
bool find_program(const struct conf_service *service, const char *name, char *path, size_t size, struct err *err);

#endif
