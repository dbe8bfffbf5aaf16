/*
 * rlimit.c -- whether a limit can be had is known beforehand (rlimit_can), for `bridle check`; that it cannot is told again
 * by the step in the child, which is the one that counts.
 */
#include "os/rlimit.h"

#include <inttypes.h>
#include <sys/capability.h>

#include "base/text.h"

struct setting {
	int resource;
	struct rlimit limit;
};

/* In the child: setrlimit(2) and nothing else. */
static bool
set(const void *of)
{
	const struct setting *s = of;

	return setrlimit(s->resource, &s->limit) == 0;
}

static void
add_number(struct text *t, rlim_t n)
{
	if (n == RLIM_INFINITY)
		text_add(t, "infinity");
	else
		text_addf(t, "%" PRIuMAX, (uintmax_t)n);
}

bool
rlimit_step(struct steps *steps, const char *key, int resource, struct rlimit limit, struct err *err)
{
	const struct setting setting = { resource, limit };
	char words[64];
	struct text t;

	text_init(&t, words, sizeof words);
	add_number(&t, limit.rlim_cur);
	if (limit.rlim_max != limit.rlim_cur) {
		text_add(&t, ":");
		add_number(&t, limit.rlim_max);
	}
	return steps_add(steps, STEP_FIRST, set, &setting, sizeof setting, err, "set %s to %s", key, words);
}

bool
rlimit_may_raise(void)
{
	cap_flag_value_t value = CAP_CLEAR;
	cap_t caps = cap_get_proc();

	if (caps == NULL)
		return false;
	cap_get_flag(caps, CAP_SYS_RESOURCE, CAP_EFFECTIVE, &value);
	cap_free(caps);
	return value == CAP_SET;
}

bool
rlimit_can(int resource, struct rlimit limit, rlim_t *hard)
{
	struct rlimit ours;

	*hard = RLIM_INFINITY;
	if (getrlimit(resource, &ours) != 0)
		return true; /* not known to be impossible */
	*hard = ours.rlim_max;
	return limit.rlim_max <= ours.rlim_max || rlimit_may_raise();
}
