/*
 * relations -- what services say of each other: whether those that they name are there, and whether there is an order
 * in which they can be started.
 */
#ifndef BRIDLE_CONF_RELATIONS_H
#define BRIDLE_CONF_RELATIONS_H

#include "conf/conf.h"

/* Complain to REPORT of names in after, requires and wants that no section of CONF has, unless there may be services that could not
 * be read (not ALL_KNOWN), and of circles of after and requires, each where it was written. */
void relations_check(const struct conf *conf, bool all_known, struct conf_report *report);

#endif
