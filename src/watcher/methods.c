#include "watcher/methods.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "config.h"
#include "watcher/answer.h"
#include "watcher/client.h"
#include "watcher/counsel.h"
#include "watcher/history.h"
#include "watcher/listing.h"
#include "watcher/watch.h"

/* ---- parameters ---- */

static bool
invalid(struct client *c, const char *parameter)
{
	client_error(c, VARLINK_INVALID_PARAMETER, json_pack("{s:s}", "parameter", parameter));
	return false;
}

/* A string; null or absent leaves *OUT as it is. */
static bool
take_string(struct client *c, json_t *parameters, const char *key, const char **out)
{
	json_t *value = json_object_get(parameters, key);

	if (value == NULL || json_is_null(value))
		return true;
	if (!json_is_string(value))
		return invalid(c, key);
	*out = json_string_value(value);
	return true;
}

static bool
take_bool(struct client *c, json_t *parameters, const char *key, bool *out)
{
	json_t *value = json_object_get(parameters, key);

	if (value == NULL || json_is_null(value))
		return true;
	if (!json_is_boolean(value))
		return invalid(c, key);
	*out = json_is_true(value);
	return true;
}

struct target {
	const char *name;
	uint32_t slot;
	struct page_service record;
};

static bool
no_such_service(struct client *c, const char *name)
{
	char nearest[PAGE_NAME];
	bool near = services_nearest(&c->w->services, name, nearest);

	client_error(c, VARLINK_INTERFACE ".NoSuchService",
		json_pack("{s:s, s:s?}", "name", name, "nearest", near ? nearest : NULL));
	return false;
}

/* The service that the parameter "name" names. False: an error was sent. */
static bool
take_service(struct client *c, json_t *parameters, struct target *target)
{
	target->name = NULL;
	if (!take_string(c, parameters, "name", &target->name))
		return false;
	if (target->name == NULL)
		return invalid(c, "name");
	return (services_find(&c->w->services, target->name, &target->slot) &&
		       services_read(&c->w->services, target->slot, &target->record)) ||
		no_such_service(c, target->name);
}

/* ---- deeds ---- */

static void
deed(struct client *c, json_t *parameters, enum link_deed deed)
{
	struct target target;
	bool no_wait = false;

	if (take_service(c, parameters, &target) && take_bool(c, parameters, "no_wait", &no_wait))
		waiter_request(c, deed, target.name, &target.record, target.slot, 0, no_wait);
}

static void
start(struct client *c, json_t *parameters)
{
	deed(c, parameters, DEED_START);
}

static void
stop(struct client *c, json_t *parameters)
{
	deed(c, parameters, DEED_STOP);
}

static void
restart(struct client *c, json_t *parameters)
{
	bool cold = false;

	if (take_bool(c, parameters, "cold", &cold))
		deed(c, parameters, cold ? DEED_RESTART_COLD : DEED_RESTART);
}

static void
reload(struct client *c, json_t *parameters)
{
	deed(c, parameters, DEED_RELOAD);
}

static void
reread(struct client *c, json_t *parameters)
{
	(void)parameters;
	waiter_request(c, DEED_REREAD, "", NULL, 0, 0, false);
}

static void
shut_down(struct client *c, json_t *parameters)
{
	(void)parameters;
	waiter_request(c, DEED_SHUTDOWN, "", NULL, 0, 0, true);
}

static void
reexec(struct client *c, json_t *parameters)
{
	(void)parameters;
	waiter_request(c, DEED_REEXEC, "", NULL, 0, 0, true);
}

static void
scale(struct client *c, json_t *parameters)
{
	json_t *workers = json_object_get(parameters, "workers");
	bool by = false, no_wait = false;
	struct target target;
	int64_t wanted;

	if (!take_service(c, parameters, &target) || !take_bool(c, parameters, "by", &by) ||
		!take_bool(c, parameters, "no_wait", &no_wait))
		return;
	if (!json_is_integer(workers) || json_integer_value(workers) > LINK_WORKERS_MAX ||
		json_integer_value(workers) < -LINK_WORKERS_MAX) {
		invalid(c, "workers");
		return;
	}
	if (target.record.kind != PAGE_GUNICORN) {
		client_refused(c, "it is a program: only Gunicorn services have workers", NULL);
		return;
	}
	wanted = json_integer_value(workers) + (by ? target.record.wanted : 0);
	wanted = wanted < 1 ? 1 : wanted > LINK_WORKERS_MAX ? LINK_WORKERS_MAX : wanted;
	waiter_request(c, DEED_SCALE, target.name, &target.record, target.slot, wanted, no_wait);
	c->waiter.wanted = (uint32_t)wanted;
}

static void
take(struct client *c, json_t *parameters)
{
	json_t *pid = json_object_get(parameters, "pid");
	bool keep = false;
	struct target target;

	if (!take_service(c, parameters, &target) || !take_bool(c, parameters, "keep", &keep))
		return;
	if (pid != NULL && !json_is_null(pid) &&
		(!json_is_integer(pid) || json_integer_value(pid) < 1 || json_integer_value(pid) >= LINK_TAKE_KEEP)) {
		invalid(c, "pid");
		return;
	}
	waiter_request(c, DEED_TAKE, target.name, &target.record, target.slot,
		keep ? LINK_TAKE_KEEP : json_integer_value(pid), true);
}

static void
send_signal(struct client *c, json_t *parameters)
{
	const char *word = NULL;
	struct target target;
	int number;

	if (!take_service(c, parameters, &target) || !take_string(c, parameters, "signal", &word))
		return;
	if (word == NULL) {
		invalid(c, "signal");
		return;
	}
	number = link_signal_by_name(word);
	if (number == 0)
		client_refused(c, "no such signal, or none that may be sent",
			"HUP INT QUIT USR1 USR2 TERM CONT WINCH TTIN TTOU ABRT KILL STOP");
	else
		waiter_request(c, DEED_SIGNAL, target.name, &target.record, target.slot, number, true);
}

/* ---- questions ---- */

static void
info(struct client *c, json_t *parameters)
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
			page->log_dir, "services", services, "watcher_restarts", (int)page->watcher_restarts,
			"reexecs", (int)page->reexecs, "crashes", (int)page->crashes, "safe", (int)page->safe));
}

static void
list(struct client *c, json_t *parameters)
{
	const char *name = NULL;
	struct target target;
	bool brief = false;
	size_t length = 0;
	char *frame;

	if (!take_string(c, parameters, "name", &name) || !take_bool(c, parameters, "brief", &brief))
		return;
	if (name != NULL && !take_service(c, parameters, &target))
		return;
	frame = listing_frame(c->w, name != NULL ? &target.slot : NULL, brief, &length);
	client_send(c, frame, length);
}

static void
ready(struct client *c, json_t *parameters)
{
	json_t *timeout = json_object_get(parameters, "timeout");
	const char *name = NULL;
	struct target target;
	double seconds = json_number_value(timeout);

	if (!take_string(c, parameters, "name", &name) || (name != NULL && !take_service(c, parameters, &target)))
		return;
	if (timeout != NULL && !json_is_null(timeout) && (!json_is_number(timeout) || seconds < 0 || seconds > 1e6))
		invalid(c, "timeout");
	else
		waiter_ready(c, name != NULL ? name : "", (msec)(seconds * 1000));
}

static void
watch(struct client *c, json_t *parameters)
{
	const char *name = NULL;
	struct target target;

	if (!take_string(c, parameters, "name", &name) || (name != NULL && !take_service(c, parameters, &target)))
		return;
	if (c->more)
		waiter_events(c, name != NULL ? name : "");
	else
		client_error(c, VARLINK_EXPECTED_MORE, NULL);
}

static void
why(struct client *c, json_t *parameters)
{
	json_t *last = json_object_get(parameters, "last");
	const char *name = NULL;
	struct target target;
	size_t length = 0;
	char *frame;

	if (!take_string(c, parameters, "name", &name) || (name != NULL && !take_service(c, parameters, &target)))
		return;
	if (last != NULL && !json_is_null(last) && (!json_is_integer(last) || json_integer_value(last) < 1)) {
		invalid(c, "last");
		return;
	}
	frame = answer_frame(c->w, name != NULL ? &target.slot : NULL, json_integer_value(last), &length);
	client_send(c, frame, length);
}

static void
advise_on(struct client *c, json_t *parameters)
{
	struct target target;
	size_t length = 0;
	char *frame;

	if (!take_service(c, parameters, &target))
		return;
	if (c->w->services.at[target.slot].sampler == NULL) {
		client_refused(c, "it is a program: only Gunicorn services can be advised on", NULL);
		return;
	}
	frame = counsel_frame(c->w, &c->w->services.at[target.slot], &target.record, &length);
	client_send(c, frame, length);
}

static void
history(struct client *c, json_t *parameters)
{
	json_t *last = json_object_get(parameters, "last"), *since = json_object_get(parameters, "since");
	json_int_t most = HISTORY_DEFAULT;
	struct target target;
	size_t length = 0;
	msec from = 0;
	char *frame;

	if (!take_service(c, parameters, &target))
		return;
	if (since != NULL && !json_is_null(since)) {
		if (!json_is_number(since) || !(json_number_value(since) >= 0 && json_number_value(since) < 1e9)) {
			invalid(c, "since");
			return;
		}
		from = clock_wall() - (msec)(json_number_value(since) * 1000);
		most = HISTORY_MOST;
	}
	if (last != NULL && !json_is_null(last)) {
		most = json_integer_value(last);
		if (!json_is_integer(last) || most < 1 || most > HISTORY_MOST) {
			invalid(c, "last");
			return;
		}
	}
	frame = history_frame(c->w, &c->w->services.at[target.slot], (unsigned)most, from, &length);
	client_send(c, frame, length);
}

/* ---- org.varlink.service ---- */

static void
get_info(struct client *c, json_t *parameters)
{
	(void)parameters;
	client_reply(c,
		json_pack("{s:s, s:s, s:s, s:s, s:[s, s]}", "vendor", "Bridle", "product", "bridled", "version",
			PACKAGE_VERSION, "url", PACKAGE_URL, "interfaces", VARLINK_SERVICE, VARLINK_INTERFACE));
}

static void
get_description(struct client *c, json_t *parameters)
{
	const char *name = NULL, *text = NULL;

	if (!take_string(c, parameters, "interface", &name))
		return;
	if (name == NULL) {
		invalid(c, "interface");
		return;
	}
	if (strcmp(name, VARLINK_INTERFACE) == 0)
		text = varlink_interface;
	if (strcmp(name, VARLINK_SERVICE) == 0)
		text = varlink_service_interface;
	if (text != NULL)
		client_reply(c, json_pack("{s:s}", "description", text));
	else
		client_error(c, VARLINK_INTERFACE_NOT_FOUND, json_pack("{s:s}", "interface", name));
}

/* ---- the table ---- */

enum right { ANYBODY, READERS, CHANGERS };

static const struct method {
	const char *name;
	enum right right;
	void (*run)(struct client *c, json_t *parameters);
} methods[] = {
	/* clang-format off */
	{ VARLINK_SERVICE ".GetInfo",                 ANYBODY,  get_info },
	{ VARLINK_SERVICE ".GetInterfaceDescription", ANYBODY,  get_description },
	{ VARLINK_INTERFACE ".Info",                  READERS,  info },
	{ VARLINK_INTERFACE ".List",                  READERS,  list },
	{ VARLINK_INTERFACE ".Ready",                 READERS,  ready },
	{ VARLINK_INTERFACE ".Watch",                 READERS,  watch },
	{ VARLINK_INTERFACE ".Why",                   READERS,  why },
	{ VARLINK_INTERFACE ".History",               READERS,  history },
	{ VARLINK_INTERFACE ".Advise",                READERS,  advise_on },
	{ VARLINK_INTERFACE ".Start",                 CHANGERS, start },
	{ VARLINK_INTERFACE ".Stop",                  CHANGERS, stop },
	{ VARLINK_INTERFACE ".Restart",               CHANGERS, restart },
	{ VARLINK_INTERFACE ".Reload",                CHANGERS, reload },
	{ VARLINK_INTERFACE ".Reread",                CHANGERS, reread },
	{ VARLINK_INTERFACE ".Scale",                 CHANGERS, scale },
	{ VARLINK_INTERFACE ".Signal",                CHANGERS, send_signal },
	{ VARLINK_INTERFACE ".Take",                  CHANGERS, take },
	{ VARLINK_INTERFACE ".Reexec",                CHANGERS, reexec },
	{ VARLINK_INTERFACE ".Shutdown",              CHANGERS, shut_down },
	/* clang-format on */
};

static bool
may(const struct peer *peer, enum right right)
{
	switch (right) {
	case ANYBODY: return true;
	case READERS: return peer->may_read;
	case CHANGERS: return peer->may_change;
	}
	return false;
}

static bool
is_of(const char *method, const char *interface)
{
	size_t n = strlen(interface);

	return strncmp(method, interface, n) == 0 && method[n] == '.' && strchr(method + n + 1, '.') == NULL;
}

static void
unknown(struct client *c, const char *method)
{
	if (is_of(method, VARLINK_INTERFACE) || is_of(method, VARLINK_SERVICE))
		client_error(c, VARLINK_METHOD_NOT_FOUND, json_pack("{s:s}", "method", method));
	else
		client_error(c, VARLINK_INTERFACE_NOT_FOUND, json_pack("{s:s}", "interface", method));
}

static void
refuse(struct client *c, enum right right)
{
	char words[160];

	snprintf(words, sizeof words, "only root, the user that runs bridled and members of control_group may %s",
		right == CHANGERS ? "change things" : "look");
	client_error(c, VARLINK_INTERFACE ".NotAllowed", json_pack("{s:s}", "reason", words));
}

void
methods_call(struct client *c, struct varlink_call *call)
{
	for (unsigned i = 0; i < sizeof methods / sizeof methods[0]; i++) {
		const struct method *m = &methods[i];

		if (strcmp(m->name, call->method) != 0)
			continue;
		if (may(&c->peer, m->right))
			m->run(c, call->parameters);
		else
			refuse(c, m->right);
		return;
	}
	unknown(c, call->method);
}
