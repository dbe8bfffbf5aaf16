/*
 * plan_endings.c -- lists of words become sets of bits, so that judging an end is two shifts.
 */
#include "supervisor/plan_endings.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "base/text.h"
#include "conf/signal.h"
#include "wire/ending.h"

/* Numbers are statuses, names are signals (conf/kinds_commands.c has let nothing else in). */
static void
take(struct endings *endings, const struct conf_words *words)
{
	for (uint32_t i = 0; i < words->count; i++) {
		int64_t status;

		if (text_parse_int(words->at[i], 0, 255, &status))
			endings->statuses[status / 32] |= UINT32_C(1) << status % 32;
		else
			endings->signals |= UINT64_C(1) << (signal_by_name(words->at[i]) - 1);
	}
}

/* Signals begin with 1. */
static bool
has(const struct endings *endings, int status)
{
	if (WIFSIGNALED(status))
		return endings->signals >> (WTERMSIG(status) - 1) & 1;
	return WIFEXITED(status) && endings->statuses[WEXITSTATUS(status) / 32] >> WEXITSTATUS(status) % 32 & 1;
}

bool
plan_endings_new(struct plan_endings **endings, const struct conf_service *s, struct err *err)
{
	*endings = NULL;
	if (s->success_exit_status.count + s->restart_prevent_exit_status.count + s->restart_force_exit_status.count ==
		0)
		return true;
	*endings = calloc(1, sizeof **endings);
	if (*endings == NULL)
		return err_set(err, errno, "cannot keep exit statuses");
	take(&(*endings)->success, &s->success_exit_status);
	take(&(*endings)->prevent, &s->restart_prevent_exit_status);
	take(&(*endings)->force, &s->restart_force_exit_status);
	return true;
}

void
plan_endings_free(struct plan_endings *endings)
{
	free(endings);
}

bool
plan_endings_is_success(const struct plan_endings *endings, int status)
{
	return ending_is_clean(status) || (endings != NULL && has(&endings->success, status));
}

enum restart_policy
plan_endings_policy(const struct plan_endings *endings, int status, enum restart_policy policy)
{
	/* first: whom both name is not started again (conf/check_numbers.c says so) */
	if (endings != NULL && has(&endings->prevent, status))
		return RESTART_NEVER;
	return endings != NULL && has(&endings->force, status) ? RESTART_ALWAYS : policy;
}
