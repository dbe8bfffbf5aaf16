/*
 * environment_file -- the lines of an environment file, as systemd reads them (systemd.exec(5), EnvironmentFile=).
 *
 * Not systemd's: what it passes over is an error here, namely a line that assigns nothing, a quote that is not closed, and
 * anything behind a closing quote; and "export" may stand in front.
 */
#ifndef BRIDLE_CONF_ENVIRONMENT_FILE_H
#define BRIDLE_CONF_ENVIRONMENT_FILE_H

#include "conf/environment.h"

/* Take the assignments of TEXT, ended by NUL; NAME stands for it in messages. False with ERR, which names the line and
 * never what it says. */
bool environment_take(struct environment *env, const char *name, const char *text, struct err *err);

/* Put ASSIGNMENT, which stays where it is, in the place of an earlier one of the name that its first NAME_LENGTH bytes are. */
void environment_put(struct environment *env, const char *assignment, size_t name_length);

/* A digest (digest.h) of what the environment files of SECTION hold; 0 when it names none. */
uint64_t environment_files_digest(const struct conf_section *section);

#endif
