/*
 * build -- a configuration coming into being: sections and settings are put in, complaints come out, and at the
 * end either a struct conf or nothing.
 */
#ifndef BRIDLE_CONF_BUILD_H
#define BRIDLE_CONF_BUILD_H

#include "conf/arena.h"
#include "conf/conf.h"
#include "conf/settings.h"

/* Where something was written. */
struct build_place {
	uint16_t file;
	uint32_t line;
};

struct build {
	struct arena *arena;
	struct conf_report *report;
	const char **files;
	uint32_t file_count;
	const char *directory; /* of the file being read */
	struct conf_section *services;
	uint32_t service_count, service_capacity;
	uint32_t *by_name;               /* indices into services, sorted by name */
	struct settings bridle, service; /* of [bridle], and of the service being read */
	struct build_place bridle_place;
	struct conf_section section; /* the one being read */
	bool in_section, bad_section;
	uint32_t errors_before; /* that the report held already */
	uint32_t section_errors; /* that it held when the section being read began */
	uint32_t own_errors;     /* that lie in services whose names are known */
	bool names_lost;         /* a line was dropped that may have been a heading or an include */
	bool bridle_incomplete; /* something in a [bridle] was refused */
	bool failed;            /* no memory */
};

enum { BUILD_FILES_MAX = 1000 };

/* ARENA passes to the configuration in the end. False when there is no memory. */
bool build_init(struct build *b, struct conf_report *report);
void build_release(struct build *b);

/* Begin reading a file called NAME (copied) whose relative paths begin at DIRECTORY. Returns its number. */
uint16_t build_file(struct build *b, const char *name, const char *directory);

/* "[WORDS]" at PLACE: what stands between the brackets. */
void build_section(struct build *b, struct build_place place, const char *words);

/* NAME = VALUE in the section begun last. Returns the setting, NULL when it was not taken (and complained of). */
const struct conf_setting *build_setting(struct build *b, struct build_place place, const char *name,
	const char *value);

/* The section being read is at its end, and says profile = web: so many settings more, those of profile.def, in the line of that one.
 * What the service has set itself wins. */
void build_profile(struct build *b);

/* The file ended: so does its last section. */
void build_file_end(struct build *b);

/* Everything was read. Returns the configuration, NULL when there was any error; where ANYHOW, which is for conf_check(), errors do
 * not matter (conf_read_rest). */
struct conf *build_finish(struct build *b, bool anyhow);

/* Complain about PLACE. */
void build_complain(struct build *b, struct build_place place, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
