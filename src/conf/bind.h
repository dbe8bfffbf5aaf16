/*
 * bind -- one address to listen on, as Gunicorn writes them.
 */
#ifndef BRIDLE_CONF_BIND_H
#define BRIDLE_CONF_BIND_H

#include "conf/arena.h"
#include "conf/conf.h"

/* The longest path of a unix socket: sun_path of unix(7) without its NUL. */
enum { BIND_PATH_MAX = 107 };

/* Read WORD: unix:/path, /path, host:port, [ipv6]:port, :port, port, each also behind tcp://. A relative socket
 * path begins at DIRECTORY. False with ERR. */
bool bind_parse(struct arena *arena, const char *directory, const char *word, struct conf_bind *out, struct err *err);

#endif
