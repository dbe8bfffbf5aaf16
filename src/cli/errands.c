#include "cli/errands.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/connection.h"
#include "cli/field.h"
#include "cli/paint.h"
#include "cli/within.h"

/* Those on their way: connections[i], about names[i], is waited for by fds[i]. */
struct run {
	const struct errands *e;
	const struct arguments *a;
	struct connection connections[ERRANDS_MAX];
	struct pollfd fds[ERRANDS_MAX];
	const char *names[ERRANDS_MAX];
	unsigned busy;  /* connections in use */
	unsigned begun; /* names that were taken */
	int status;
};

static void
note_failure(struct run *r, struct trouble *t, const char *name)
{
	int status;

	trouble_about(t, name);
	status = trouble_tell(t);

	if (r->status == CLI_OK) /* the first failure is what the exit status tells */
		r->status = status;
}

/* Send the call for the next name. */
static void
begin(struct run *r)
{
	struct connection *c = &r->connections[r->busy];
	const char *name = r->e->names[r->begun++];
	json_t *parameters = json_copy(r->e->parameters); /* each call takes its own */
	struct trouble t;

	if (r->e->self != NULL && within(r->a, name) != NULL)
		json_object_update(parameters, r->e->self);
	json_object_set_new(parameters, "name", json_string(name));
	if (!connection_open(c, r->a, &t)) {
		json_decref(parameters);
		note_failure(r, &t, name);
		return;
	}
	connection_be_patient(c);
	if (!connection_send(c, r->e->method, parameters, false, &t)) {
		connection_close(c);
		note_failure(r, &t, name);
		return;
	}
	r->names[r->busy] = name;
	r->fds[r->busy++] = (struct pollfd){ .fd = c->fd, .events = POLLIN };
}

/* An answer begins to come in for connection I: take all of it. */
static void
end(struct run *r, unsigned i)
{
	struct varlink_reply reply;
	struct trouble t;

	if (r->e->self != NULL && within(r->a, r->names[i]) != NULL)
		within_tell(r->names[i], within(r->a, r->names[i]));
	if (connection_receive(&r->connections[i], &reply, &t)) {
		paint_visible(stdout, field_text(reply.parameters, "message"));
		putchar('\n');
		fflush(stdout);
		varlink_reply_free(&reply);
	} else {
		note_failure(r, &t, r->names[i]);
	}
	connection_close(&r->connections[i]);
	r->busy--;
	r->connections[i] = r->connections[r->busy];
	r->fds[i] = r->fds[r->busy];
	r->names[i] = r->names[r->busy];
}

/* What was asked for goes on, and nobody knows how it ends. */
static int
give_up(struct run *r, int reason)
{
	struct trouble t;

	for (unsigned i = 0; i < r->busy; i++)
		connection_close(&r->connections[i]);
	trouble_set(&t, CLI_FAILED, reason, "cannot wait for %u answers", r->busy);
	return trouble_tell(&t);
}

int
errands_run(const struct errands *e, const struct arguments *a)
{
	struct run r = { .e = e, .a = a, .status = CLI_OK };

	assert(e->at_a_time > 0 && e->at_a_time <= ERRANDS_MAX);
	while (r.begun < e->count || r.busy > 0) {
		/* when nobody is there, nobody will be for the next name either: say it once */
		while (r.begun < e->count && r.busy < e->at_a_time && r.status != CLI_NO_DAEMON)
			begin(&r);
		if (r.busy == 0)
			break;
		if (poll(r.fds, r.busy, -1) < 0 && errno != EINTR)
			return give_up(&r, errno);
		/* from behind: end() fills the gap with the last, which was looked at */
		for (unsigned i = r.busy; i-- > 0;)
			if (r.fds[i].revents != 0)
				end(&r, i);
	}
	return r.status;
}
