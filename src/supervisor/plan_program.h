/*
 * plan_program -- what a [program:NAME] has and a Gunicorn has not: how it is known to be ready, and its signals.
 */
#ifndef BRIDLE_SUPERVISOR_PLAN_PROGRAM_H
#define BRIDLE_SUPERVISOR_PLAN_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/err.h"
#include "conf/conf.h"
#include "wire/page.h"

/* How a program is known to be ready. */
enum plan_proof { PROOF_EXEC, PROOF_NOTIFY, PROOF_FD, PROOF_PROBE, PROOF_COMMAND, PROOF_END /* a oneshot: never */ };

struct plan_program {
	uint8_t proof;         /* enum plan_proof */
	uint8_t ready_fd;      /* PROOF_FD */
	uint8_t kill_signal;   /* instead of TERM; 0: TERM */
	uint8_t reload_signal; /* 0: none */
	bool notify_all;       /* PROOF_NOTIFY: any of its processes may speak */
	uint32_t address_length;
	struct sockaddr_storage address; /* PROOF_PROBE */
};

/* Work it out from SERVICE; *PROGRAM is NULL when nothing is other than usual: ready when executed, TERM. False
 * with ERR. */
bool plan_program_new(struct plan_program **program, const struct conf_service *service, struct err *err);
void plan_program_free(struct plan_program *program);

/* What the watcher looks for: enum page_proof. */
uint8_t plan_program_shown(const struct plan_program *program);

#endif
