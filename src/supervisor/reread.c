#include "supervisor/reread.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "conf/diff.h"
#include "supervisor/bridled.h"
#include "supervisor/ordering.h"
#include "supervisor/places.h"
#include "supervisor/replace.h"
#include "supervisor/service.h"
#include "supervisor/shared.h"

typedef void word_function(void *context, const char *line);

/* What a reload is about to do with one service of the new configuration. */
struct step {
	enum conf_change change;
	struct plan *plan; /* for what is new or changed */
	bool late; /* it changed before, when nobody could see that: what runs has other settings than it had then */
};

/* Warnings are for `bridle check`: here they would hide what stands in the way. */
static bool
tell_complaints(struct conf_report *report, word_function *word, void *context)
{
	char line[LINK_TEXT];
	struct text t;

	conf_report_sort(report);
	for (uint32_t i = 0; i < report->count; i++) {
		const struct conf_complaint *c = &report->at[i];

		if (c->severity != CONF_ERROR)
			continue;
		text_init(&t, line, sizeof line);
		text_add(&t, c->file);
		if (c->line > 0) /* 0: the file as a whole */
			text_addf(&t, ":%u", c->line);
		text_addf(&t, "%serror: %s", c->file[0] != '\0' ? ": " : "", c->text);
		word(context, line);
	}
	return report->errors > 0;
}

/* Plans that became a service's are NULL by then. */
static void
free_steps(struct step *steps, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		plan_free(steps[i].plan);
	free(steps);
}

/* What a reload would have done, had it seen the change. */
static void
catch_up(struct step *step, const struct service *s)
{
	if (s == NULL || (step->change != CONF_SAME && step->change != CONF_CHANGED_LIVE) || !service_is_outdated(s))
		return;
	step->change = CONF_CHANGED_REPLACE;
	step->late = true;
}

/* Work out everything before anything is touched. NULL: something cannot be, and was told. */
static struct step *
prepare(struct bridled *b, struct conf *next, word_function *word, void *context)
{
	struct step *steps = calloc(next->service_count, sizeof *steps);
	struct err err;
	bool good = steps != NULL;
	const struct plan_home home = places_plan_home(b);

	for (uint32_t i = 0; steps != NULL && i < next->service_count; i++) {
		const struct conf_section *section = &next->services[i];
		const struct service *s = service_find(b, section->name);

		/* by what is in effect, so that comments and another order of lines change nothing */
		steps[i].change = conf_diff_service(b->conf, next, section->name);
		/* one that could not be made when it was new is new still */
		if (steps[i].change == CONF_SAME && s == NULL)
			steps[i].change = CONF_ADDED;
		catch_up(&steps[i], s);
		if (steps[i].change == CONF_SAME)
			continue;
		steps[i].plan = plan_new(section, &home, &err);
		if (steps[i].plan != NULL)
			continue;
		word(context, err.text);
		good = false;
	}
	if (good)
		return steps;
	free_steps(steps, steps == NULL ? 0 : next->service_count);
	return NULL;
}

/* One that listened goes on so, perhaps at other addresses, unless that is not allowed any more. */
static void
listen_anew(struct service *s, msec now)
{
	if (!demand_allowed(s) || !life_listen(&s->life, now))
		life_restart(&s->life, now);
}

/* Changed in a way that needs a new generation, if one runs. */
static void
renew(struct service *s, bool other_kind, msec now)
{
	if (s->life.state == LIFE_STOPPED || s->life.state == LIFE_STOPPING)
		return; /* stopped by hand stays stopped */
	/* else it is being replaced, by one that was started with other settings: again, when that is done (act.c) */
	if (s->life.limits.held && !other_kind)
		s->again = !replace_begin(s, NULL, now);
	else
		life_restart(&s->life, now);
}

/* A service that goes on under its name: changed, of another kind, or back before it was gone. Its run directory and its
 * log are those of the name, so there is never a second service beside it. */
static void
alter(struct service *s, const struct conf_section *section, const struct step *step, msec now)
{
	bool back = s->removed, other_kind = s->kind != section->kind;

	s->removed = false;
	s->kind = section->kind;
	s->scaled = s->scaled && !back && !other_kind; /* its number of workers was asked for of another one */
	service_plan(s, step->plan);
	if (back && step->plan->autostart)
		ordering_wish(s);
	else if (s->life.state == LIFE_LISTENING)
		listen_anew(s, now);
	else if (step->change == CONF_CHANGED_REPLACE)
		renew(s, other_kind, now);
	service_act(s, now);
}

/* Its plan is its own from here on, or freed. */
static void
add(struct bridled *b, const struct conf_section *section, struct plan *plan, word_function *word, void *context)
{
	struct service *s = NULL;
	struct err err;

	if (service_fits(b)) {
		s = service_new(b, section->name, section->kind, plan, &err);
	} else {
		b->crowded = true;
		err_set(&err, 0, "%s: there is room for it when another one has gone", section->name);
	}
	if (s == NULL) {
		word(context, err.text);
		plan_free(plan);
		return;
	}
	if (plan == NULL || plan->autostart)
		ordering_wish(s);
}

static void
apply(struct bridled *b, struct conf *next, struct step *steps, word_function *word, void *context, msec now)
{
	for (uint32_t i = 0; i < next->service_count; i++) {
		const struct conf_section *section = &next->services[i];
		struct service *s = service_find(b, section->name);

		if (steps[i].change == CONF_SAME)
			continue;
		if (s == NULL)
			add(b, section, steps[i].plan, word, context);
		else
			alter(s, section, &steps[i], now);
		steps[i].plan = NULL; /* it is the service's, or was freed */
	}
}

/* Their differences are to settings that nobody has any more. */
static void
tell_late(const struct conf *next, const struct step *steps, word_function *word, void *context)
{
	char line[128];
	struct text t;

	for (uint32_t i = 0; i < next->service_count; i++) {
		if (!steps[i].late)
			continue;
		text_init(&t, line, sizeof line);
		text_addf(&t, "%s: runs with settings of before", next->services[i].name);
		word(context, line);
	}
}

/* What the configuration has no more is stopped, and forgotten once nobody of it is left (bridled's sweep). */
static void
remove_gone(struct bridled *b, const struct conf *next, msec now)
{
	for (uint32_t i = 0; i < b->capacity; i++) {
		struct service *s = b->services[i];

		if (s == NULL || conf_find(next, s->name) != NULL)
			continue;
		s->removed = true;
		/* not by its turn: the new configuration, by which turns are given from now on, does not know it; nor is it
		 * started, if its turn had not come */
		ordering_forget(s);
		life_stop(&s->life, now);
		service_act(s, now);
	}
}

/* The page and every array by slot were made once, at the start: nothing that keeps services alive takes memory later. */
static bool
fits(const struct bridled *b, const struct conf *next, word_function *word, void *context)
{
	if (next->service_count <= b->capacity)
		return true;
	word(context, "more services than there was room for when bridled started: start it anew");
	return false;
}

static bool
take_up(struct bridled *b, word_function *word, void *context, msec now)
{
	struct conf_report report;
	struct conf_bridle general;
	struct conf *next;
	struct step *steps;
	bool bad;

	conf_report_init(&report);
	next = conf_read(b->config_path, &report);
	bad = tell_complaints(&report, word, context);
	conf_report_free(&report);
	if (next == NULL || bad || !fits(b, next, word, context) || (steps = prepare(b, next, word, context)) == NULL) {
		conf_free(next);
		log_error("the configuration was read anew and has errors; nothing was changed");
		return false;
	}
	/* Plans are ready: from here on only a service that is new can still fail (no memory), which is told as well. */
	/* told before it is done: what follows may take its time */
	conf_diff(b->conf, next, word, context);
	tell_late(next, steps, word, context);
	conf_decode_bridle(next, &general);
	if (!b->debug)
		log_set_level((enum log_level)general.log_level);
	/* first those that go: what they listened at may be what another one has now */
	remove_gone(b, next, now);
	apply(b, next, steps, word, context, now);
	free_steps(steps, next->service_count);
	conf_free(b->conf); /* plans and services have copies of what they need */
	b->conf = next;
	/* by slots, which those that are new have by now */
	ordering_learn(b, next);
	ordering_begin(b, now);
	shared_show_signatures(b);
	watcher_link_show_page(b);
	log_info("the configuration was read anew");
	return true;
}

bool
reread(struct bridled *b, word_function *word, void *context, msec now)
{
	bool good;

	above_reread(b, true);
	good = take_up(b, word, context, now);
	above_reread(b, false);
	return good;
}

/* One of the configuration. A user or a virtualenv that comes later, with a mount say, is no reason to start nothing. */
static struct service *
make(struct bridled *b, const struct conf_section *section, const struct plan_home *home)
{
	struct err err;
	struct plan *plan = plan_new(section, home, &err);
	struct service *s;

	if (plan == NULL)
		log_error("%s; it is tried again at each start", err.text);
	s = service_new(b, section->name, section->kind, plan, &err);
	if (s == NULL) {
		log_error("%s", err.text);
		plan_free(plan);
	}
	return s;
}

bool
reread_first(struct bridled *b)
{
	const struct plan_home home = places_plan_home(b);

	for (uint32_t i = 0; i < b->conf->service_count; i++)
		/* nothing runs yet: rather no start at all than one of which something is missing */
		if (make(b, &b->conf->services[i], &home) == NULL)
			return false;
	ordering_learn(b, b->conf);
	return true;
}

/* Nobody is told but the log: who asked for the reload has had his answer. */
void
reread_late(struct bridled *b, msec now)
{
	const struct plan_home home = places_plan_home(b);

	b->crowded = false;
	for (uint32_t i = 0; i < b->conf->service_count; i++) {
		const struct conf_section *section = &b->conf->services[i];
		struct service *s;

		if (service_find(b, section->name) != NULL)
			continue;
		if (!service_fits(b)) {
			b->crowded = true;
			break;
		}
		s = make(b, section, &home);
		if (s != NULL && (s->plan == NULL || s->plan->autostart))
			ordering_wish(s);
	}
	ordering_learn(b, b->conf);
	ordering_begin(b, now);
	watcher_link_show_page(b);
}
