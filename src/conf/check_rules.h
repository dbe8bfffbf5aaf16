/*
 * check_rules -- what the parts of check share: the service being looked at, and how to complain of it.
 */
#ifndef BRIDLE_CONF_CHECK_RULES_H
#define BRIDLE_CONF_CHECK_RULES_H

#include "conf/command.h"
#include "conf/conf.h"
#include "conf/find.h"
#include "os/account.h"

struct check {
	const struct conf *conf;
	struct conf_report *report;
	const struct conf_section *section;
	struct conf_service service;
	bool has_account; /* user and group exist */
	struct account account;
	char command[FIND_PATH_SIZE]; /* what would be run; "" when it could not be found */
	struct conf_version gunicorn; /* all 0: unknown, or no Gunicorn */
};

/* A rule that needs no names in its words: broken, it is complained of where KEY is set, else at the heading. */
struct check_rule {
	bool (*broken)(const struct check *check);
	enum conf_severity severity;
	const char *key;
	const char *advice;
};
void check_apply(const struct check *check, const struct check_rule *rules, size_t count);

/* Complain where KEY is set, else at the heading of the section. */
void check_say(const struct check *check, enum conf_severity severity, const char *key, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* Is KEY written in the section that is looked at? A default is not. */
bool check_is_set(const struct check *check, const char *key);

/* Is KEY, a switch, written there as yes? */
bool check_says_yes(const struct check *check, const char *key);

/* What `environment` gives variable NAME; NULL: it does not name it. */
const char *check_variable(const struct check *check, const char *name);

/* What a key that is handed on says; "" when it is not set. */
const char *check_passed(const struct check *check, const char *key);

/* The path that Gunicorn would take PATH for, which begins in `directory` unless absolute. False when too long. */
bool check_path(const struct check *check, const char *path, char *out, size_t size);

/* Whether PATH is surely not there: who may not look cannot know. */
bool check_is_missing(const char *path);

/* Whether S sees something else at PATH than there is, or something where nothing is: by bind_paths or bind_read_only_paths. */
bool check_is_bound(const struct conf_service *s, const char *path);

/* The parts, each in the file of its name. */
void check_numbers(const struct check *check);     /* durations, counts, and switches that hurt */
void check_limits(const struct check *check);      /* limits and scheduling */
void check_sandbox(const struct check *check);     /* what hides what is needed, or does nothing */
void check_places(struct check *check);            /* accounts, directories, files */
void check_names(const struct check *check);       /* hosts in addresses */
void check_gunicorn(const struct check *check);    /* what its version takes; args; its configuration file */
void check_hooks(const struct check *check);       /* commands around it, and how a program is known to be ready */
void check_policies(const struct check *check);    /* what is done about incidents */
void check_application(const struct check *check); /* whether the module is anywhere */
void check_addresses(const struct conf *conf, struct conf_report *report); /* who binds what twice */
/* What other files and programs understand, in SECTION, which may be [bridle]. */
void check_habits(const struct conf *conf, const struct conf_section *section, struct conf_report *report);

#endif
