#include "watcher/questions.h"

#include <unistd.h>

#include "base/clock.h"
#include "config.h"
#include "watcher/answer.h"
#include "watcher/client.h"
#include "watcher/counsel.h"
#include "watcher/history.h"
#include "watcher/listing.h"
#include "watcher/parameters.h"
#include "watcher/watch.h"

/* Counted from the page, slot by slot: `used` is the highest that was ever in use. */
void
questions_info(struct client *c, json_t *parameters)
{
	const struct page_header *page = services_header(&c->w->services);
	json_int_t services = 0;
	struct page_service record;

	(void)parameters;
	for (uint32_t i = 0; i < page->used; i++)
		services += services_read(&c->w->services, i, &record);
	client_reply(c,
		json_pack("{s:s, s:i, s:i, s:f, s:s, s:s, s:I, s:i, s:i, s:i, s:b}", "version", PACKAGE_VERSION, "pid",
			(int)page->supervisor, "watcher", (int)getpid(), "uptime",
			(double)(clock_now() - page->started) / 1000, "run_dir", page->run_dir, "log_dir",
			page->log_dir, "services", services, "watcher_restarts", (int)page->watcher_restarts, "reexecs",
			(int)page->reexecs, "crashes", (int)page->crashes, "safe", (int)page->safe));
}

void
questions_list(struct client *c, json_t *parameters)
{
	struct target target;
	bool brief = false;
	size_t length = 0;
	char *frame;

	if (!parameters_service_or_all(c, parameters, &target) || !parameters_bool(c, parameters, "brief", &brief))
		return;
	frame = listing_frame(c->w, target.name != NULL ? &target.slot : NULL, brief, &length);
	client_send(c, frame, length);
}

void
questions_ready(struct client *c, json_t *parameters)
{
	json_t *timeout = json_object_get(parameters, "timeout");
	struct target target;
	double seconds = json_number_value(timeout); /* 0 for null, and for what is no number */

	if (!parameters_service_or_all(c, parameters, &target))
		return;
	/* A double that does not fit must not be cast (C11 6.3.1.4): eleven days are enough for anybody. */
	if (timeout != NULL && !json_is_null(timeout) && (!json_is_number(timeout) || seconds < 0 || seconds > 1e6))
		parameters_invalid(c, "timeout");
	else
		waiter_ready(c, target.name != NULL ? target.name : "", (msec)(seconds * 1000));
}

void
questions_watch(struct client *c, json_t *parameters)
{
	struct target target;

	if (!parameters_service_or_all(c, parameters, &target))
		return;
	if (c->more) /* events have no last one: who wants a single reply cannot be served */
		waiter_events(c, target.name != NULL ? target.name : "");
	else
		client_error(c, VARLINK_EXPECTED_MORE, NULL);
}

void
questions_why(struct client *c, json_t *parameters)
{
	json_t *last = json_object_get(parameters, "last");
	struct target target;
	size_t length = 0;
	char *frame;

	if (!parameters_service_or_all(c, parameters, &target))
		return;
	if (last != NULL && !json_is_null(last) && (!json_is_integer(last) || json_integer_value(last) < 1)) {
		parameters_invalid(c, "last");
		return;
	}
	frame = answer_frame(c->w, target.name != NULL ? &target.slot : NULL, json_integer_value(last), &length);
	client_send(c, frame, length);
}

void
questions_advise(struct client *c, json_t *parameters)
{
	struct target target;
	size_t length = 0;
	char *frame;

	if (!parameters_service(c, parameters, &target))
		return;
	if (target.record.kind != PAGE_GUNICORN) {
		client_refused(c, "it is a program: only Gunicorn services can be advised on", NULL);
		return;
	}
	if (c->w->services.at[target.slot].sampler == NULL) { /* samples_follow had no memory for it, and said so */
		client_refused(c, "it is not watched: there was no memory for that", NULL);
		return;
	}
	frame = counsel_frame(c->w, &c->w->services.at[target.slot], &target.record, &length);
	client_send(c, frame, length);
}

void
questions_history(struct client *c, json_t *parameters)
{
	json_t *last = json_object_get(parameters, "last"), *since = json_object_get(parameters, "since");
	json_int_t most = HISTORY_DEFAULT;
	struct target target;
	size_t length = 0;
	msec from = 0;
	char *frame;

	if (!parameters_service(c, parameters, &target))
		return;
	if (since != NULL && !json_is_null(since)) {
		if (!json_is_number(since) || !(json_number_value(since) >= 0 && json_number_value(since) < 1e9)) {
			parameters_invalid(c, "since");
			return;
		}
		/* the journal's times are those of the wall clock: it outlives a boot */
		from = clock_wall() - (msec)(json_number_value(since) * 1000);
		most = HISTORY_MOST; /* who names a time wants all since then */
	}
	if (last != NULL && !json_is_null(last)) {
		most = json_integer_value(last);
		if (!json_is_integer(last) || most < 1 || most > HISTORY_MOST) {
			parameters_invalid(c, "last");
			return;
		}
	}
	frame = history_frame(c->w, &c->w->services.at[target.slot], (unsigned)most, from, &length);
	client_send(c, frame, length);
}
