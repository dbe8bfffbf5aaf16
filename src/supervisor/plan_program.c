/*
 * plan_program.c -- only what differs from the usual is kept: most programs are ready when executed, and end by TERM.
 */
#include "supervisor/plan_program.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "base/text.h"
#include "os/lookup.h"

/* One proof is enough: check_hooks.c says which of several counts. */
static enum plan_proof
proof_of(const struct conf_service *s)
{
	if (s->kind != CONF_PROGRAM)
		return PROOF_EXEC;
	if (s->type == CONF_TYPE_ONESHOT)
		return PROOF_END;
	if (s->type == CONF_TYPE_NOTIFY)
		return PROOF_NOTIFY;
	if (s->ready_fd >= 0)
		return PROOF_FD;
	if (s->ready_probe.count > 0)
		return PROOF_PROBE;
	return s->ready_command.count > 0 ? PROOF_COMMAND : PROOF_EXEC;
}

/* Then plan_program_of() has it, and a thousand services share one. */
static bool
is_usual(const struct conf_service *s)
{
	return s->kind != CONF_PROGRAM ||
		(proof_of(s) == PROOF_EXEC && s->kill_signal == SIGTERM && s->reload_signal <= 0);
}

/* The first alone: what listens listens on one. It is of this machine, whose own names need nobody to ask. */
static bool
take_address(struct plan_program *program, const struct conf_bind *bind, struct err *err)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	if (bind->family == CONF_BIND_UNIX) {
		text_copy(un.sun_path, sizeof un.sun_path, bind->path);
		memcpy(&program->address, &un, sizeof un);
		program->address_length = sizeof un;
		return true;
	}
	return lookup(bind->host, bind->port, &program->address, &program->address_length, err) ||
		err_prefix(err, "ready_probe");
}

bool
plan_program_new(struct plan_program **program, const struct conf_service *s, struct err *err)
{
	*program = NULL;
	if (is_usual(s))
		return true;
	*program = calloc(1, sizeof **program);
	if (*program == NULL)
		return err_set(err, errno, "cannot keep signals");
	**program = (struct plan_program){
		.proof = (uint8_t)proof_of(s),
		.ready_fd = s->ready_fd > 0 ? (uint8_t)s->ready_fd : 0,
		.kill_signal = s->kill_signal > 0 ? (uint8_t)s->kill_signal : 0,
		.reload_signal = s->reload_signal > 0 ? (uint8_t)s->reload_signal : 0,
		.notify_all = s->notify_access == CONF_NOTIFY_ALL,
	};
	return (*program)->proof != PROOF_PROBE || take_address(*program, &s->ready_probe.at[0], err);
}

/* What the watcher has to do for it: of PROOF_COMMAND and PROOF_END, nothing. */
uint8_t
plan_program_shown(const struct plan_program *program)
{
	switch ((enum plan_proof)program->proof) {
	case PROOF_NOTIFY: return program->notify_all ? PAGE_PROOF_NOTIFY_ALL : PAGE_PROOF_NOTIFY;
	case PROOF_FD: return PAGE_PROOF_FD;
	case PROOF_PROBE: return PAGE_PROOF_PROBE;
	case PROOF_EXEC:
	case PROOF_COMMAND:
	case PROOF_END: break;
	}
	return PAGE_PROOF_NONE;
}

void
plan_program_free(struct plan_program *program)
{
	free(program);
}
