#include "watcher/methods.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "watcher/client.h"
#include "watcher/parameters.h"
#include "watcher/questions.h"

/* ---- deeds ---- */

/* Each parameter is checked before anything is sent; where one is wrong, the error has gone out. */
static void
deed(struct client *c, json_t *parameters, enum link_deed deed)
{
	struct target target;
	bool no_wait = false;

	if (parameters_service(c, parameters, &target) && parameters_bool(c, parameters, "no_wait", &no_wait))
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

	if (parameters_bool(c, parameters, "cold", &cold))
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
	/* of no service: "" and NULL stand for all of them */
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

/* Within a range the number of workers is moved by what waits (pools.c): what is outside of it would not last for a look. */
static bool
refuse_outside(struct client *c, const struct page_service *record, int64_t wanted)
{
	uint32_t min = record->settings.workers_min, max = record->settings.workers_max;
	char words[96];

	if (min >= max || (wanted >= min && wanted <= max))
		return false;
	snprintf(words, sizeof words, "%lld workers are outside of its range: workers = %u..%u", (long long)wanted, min,
		max);
	client_refused(c, words, "change workers in bridle.ini, then: bridle reload");
	return true;
}

static void
scale(struct client *c, json_t *parameters)
{
	json_t *workers = json_object_get(parameters, "workers");
	bool by = false, no_wait = false;
	struct target target;
	int64_t wanted;

	if (!parameters_service(c, parameters, &target) || !parameters_bool(c, parameters, "by", &by) ||
		!parameters_bool(c, parameters, "no_wait", &no_wait))
		return;
	/* a difference may be below nothing, a number of workers may not */
	if (!json_is_integer(workers) || json_integer_value(workers) > LINK_WORKERS_MAX ||
		json_integer_value(workers) < (by ? -LINK_WORKERS_MAX : 1)) {
		parameters_invalid(c, "workers");
		return;
	}
	if (target.record.kind != PAGE_GUNICORN) {
		client_refused(c, "it is a program: only Gunicorn services have workers", NULL);
		return;
	}
	/* From what is wanted, not from what is there: two who ask for one more get two. */
	wanted = json_integer_value(workers) + (by ? target.record.wanted : 0);
	/* whoever takes more away than there are: TTOU does not go below one either (gunicorn-facts 3.1) */
	wanted = wanted < 1 ? 1 : wanted > LINK_WORKERS_MAX ? LINK_WORKERS_MAX : wanted;
	if (refuse_outside(c, &target.record, wanted))
		return;
	waiter_request(c, DEED_SCALE, target.name, &target.record, target.slot, wanted, no_wait);
	/* after waiter_request, which begins the waiter anew: what it waits to see */
	c->waiter.wanted = (uint32_t)wanted;
}

static void
take(struct client *c, json_t *parameters)
{
	json_t *pid = json_object_get(parameters, "pid");
	bool keep = false;
	struct target target;

	if (!parameters_service(c, parameters, &target) || !parameters_bool(c, parameters, "keep", &keep))
		return;
	if (pid != NULL && !json_is_null(pid) &&
		/* neither of the words of enum link_take can be asked for as a pid; without one it is UNDO */
		(!json_is_integer(pid) || json_integer_value(pid) < 1 || json_integer_value(pid) >= LINK_TAKE_KEEP)) {
		parameters_invalid(c, "pid");
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

	if (!parameters_service(c, parameters, &target) || !parameters_string(c, parameters, "signal", &word))
		return;
	if (word == NULL) {
		parameters_invalid(c, "signal");
		return;
	}
	number = link_signal_by_name(word);
	if (number == 0)
		client_refused(c, "no such signal, or none that may be sent",
			"HUP INT QUIT USR1 USR2 TERM CONT WINCH TTIN TTOU ABRT KILL STOP");
	else
		waiter_request(c, DEED_SIGNAL, target.name, &target.record, target.slot, number, true);
}

/* ---- org.varlink.service ---- */

/* The two methods of org.varlink.service tell nothing of any service of ours, so everybody may call them. */
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

	if (!parameters_string(c, parameters, "interface", &name))
		return;
	if (name == NULL) {
		parameters_invalid(c, "interface");
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
	{ VARLINK_INTERFACE ".Info",                  READERS,  questions_info },
	{ VARLINK_INTERFACE ".List",                  READERS,  questions_list },
	{ VARLINK_INTERFACE ".Ready",                 READERS,  questions_ready },
	{ VARLINK_INTERFACE ".Watch",                 READERS,  questions_watch },
	{ VARLINK_INTERFACE ".Why",                   READERS,  questions_why },
	{ VARLINK_INTERFACE ".History",               READERS,  questions_history },
	{ VARLINK_INTERFACE ".Advise",                READERS,  questions_advise },
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

/* Has it the form INTERFACE.Method? An interface's own name may have dots, a method's has none. */
static bool
is_of(const char *method, const char *interface)
{
	size_t n = strlen(interface);

	return strncmp(method, interface, n) == 0 && method[n] == '.' && strchr(method + n + 1, '.') == NULL;
}

/* varlink.org tells these two errors apart, and so does its client: the interface may be missing, or only the method. */
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
