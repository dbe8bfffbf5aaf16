/*
 * relations.c -- after all files are read, for names may point forwards. A circle is named with all its
 * services, in the order in which each would wait.
 */
#include "conf/relations.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static const char *const keys[] = { "after", "requires", "wants" };
enum { ORDERING = 2 /* the first two say who comes first */, KEYS = sizeof keys / sizeof keys[0] };

static const struct conf_words *
names_of(const struct conf_section *section, const char *key)
{
	static const struct conf_words none;
	const struct conf_setting *setting = conf_setting_of(section, key);

	return setting == NULL || setting->decoded == NULL ? &none : setting->decoded;
}

/* Where KEY of SECTION names NAME: lists may have several lines. It may be found within a longer name; only the line of a
 * complaint hangs on it. */
static const struct conf_setting *
where(const struct conf_section *section, const char *key, const char *name)
{
	for (uint32_t i = 0; i < section->count; i++)
		if (strcmp(section->settings[i].key->name, key) == 0 &&
			strstr(section->settings[i].value, name) != NULL)
			return &section->settings[i];
	return conf_setting_of(section, key);
}

/* Of a long name more letters may be wrong: a third of them. */
static const char *
nearest(const struct conf *conf, const char *name)
{
	unsigned least = (unsigned)(strlen(name) + 2) / 3 + 1;
	const char *found = NULL;

	for (uint32_t i = 0; i < conf->service_count; i++) {
		unsigned d = text_distance(name, conf->services[i].name);

		if (d >= least)
			continue;
		least = d;
		found = conf->services[i].name;
	}
	return found;
}

static void
check_name(const struct conf *conf, bool all_known, const struct conf_section *section, const char *key, const char *name,
	struct conf_report *report)
{
	const struct conf_setting *setting = where(section, key, name);
	const char *near = nearest(conf, name);

	if (strcmp(name, section->name) == 0)
		conf_complain(report, CONF_ERROR, conf->files[setting->file], setting->line, "%s: %s: it names itself",
			section->name, key);
	else if (all_known && conf_find(conf, name) == NULL)
		conf_complain(report, CONF_ERROR, conf->files[setting->file], setting->line,
			near != NULL ? "%s: %s: there is no service '%s': did you mean '%s'?" :
				       "%s: %s: there is no service '%s'",
			section->name, key, name, near);
}

/* ---- circles ---- */

enum mark { UNSEEN, ON_THE_WAY, SEEN };

/* The way by which the search got to where it is: a service a step, and the next of its names to look at. */
struct step {
	uint32_t service;
	unsigned key;
	uint32_t name;
};

struct search {
	const struct conf *conf;
	struct conf_report *report;
	uint8_t *marks;   /* enum mark, one a service */
	struct step *way; /* room for all of them */
	uint32_t length;
};

/* The next service that the last one of the way comes after. False: there is none more. */
static bool
next_before(struct search *s, uint32_t *next)
{
	struct step *step = &s->way[s->length - 1];
	const struct conf_section *section = &s->conf->services[step->service];

	for (; step->key < ORDERING; step->key++, step->name = 0) {
		const struct conf_words *names = names_of(section, keys[step->key]);

		while (step->name < names->count) {
			const struct conf_section *before = conf_find(s->conf, names->at[step->name++]);

			if (before == NULL || before == section)
				continue; /* was complained of */
			*next = (uint32_t)(before - s->conf->services);
			return true;
		}
	}
	return false;
}

/* The way led back to CLOSING, which is on it. */
static void
complain_of_circle(const struct search *s, uint32_t closing)
{
	const struct step *last = &s->way[s->length - 1];
	const struct conf_section *section = &s->conf->services[last->service];
	const struct conf_setting *setting = where(section, keys[last->key], s->conf->services[closing].name);
	uint32_t i = s->length;
	char words[600];
	struct text t;

	text_init(&t, words, sizeof words);
	while (i > 0 && s->way[i - 1].service != closing)
		i--;
	for (i = i > 0 ? i - 1 : 0; i < s->length; i++)
		text_addf(&t, "%s -> ", s->conf->services[s->way[i].service].name);
	text_add(&t, s->conf->services[closing].name);
	conf_complain(s->report, CONF_ERROR, s->conf->files[setting->file], setting->line,
		"%s: %s: a circle, in which each would wait for the next: %s", section->name, keys[last->key], words);
}

static void
enter(struct search *s, uint32_t service)
{
	s->marks[service] = ON_THE_WAY;
	s->way[s->length++] = (struct step){ .service = service };
}

/* Depth first, without recursion: thousands of services may stand in one line. */
static void
search_from(struct search *s, uint32_t first)
{
	uint32_t next;

	enter(s, first);
	while (s->length > 0) {
		if (!next_before(s, &next))
			s->marks[s->way[--s->length].service] = SEEN;
		else if (s->marks[next] == ON_THE_WAY)
			complain_of_circle(s, next);
		else if (s->marks[next] == UNSEEN)
			enter(s, next);
	}
}

static void
check_circles(const struct conf *conf, struct conf_report *report)
{
	struct search s = { .conf = conf, .report = report };

	s.marks = calloc(conf->service_count + 1, sizeof *s.marks);
	s.way = calloc(conf->service_count + 1, sizeof *s.way);
	if (s.marks == NULL || s.way == NULL)
		conf_complain(report, CONF_ERROR, conf->files[0], 0, "not enough memory to look for circles");
	for (uint32_t i = 0; s.marks != NULL && s.way != NULL && i < conf->service_count; i++)
		if (s.marks[i] == UNSEEN)
			search_from(&s, i);
	free(s.marks);
	free(s.way);
}

void
relations_check(const struct conf *conf, bool all_known, struct conf_report *report)
{
	bool any = false;

	for (uint32_t i = 0; i < conf->service_count; i++) {
		for (unsigned k = 0; k < KEYS; k++) {
			const struct conf_words *names = names_of(&conf->services[i], keys[k]);

			any = any || names->count > 0;
			for (uint32_t n = 0; n < names->count; n++)
				check_name(conf, all_known, &conf->services[i], keys[k], names->at[n], report);
		}
	}
	if (any)
		check_circles(conf, report);
}
