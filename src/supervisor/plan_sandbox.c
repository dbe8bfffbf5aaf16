#include "supervisor/plan_sandbox.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <unistd.h>

#include "base/log.h"
#include "os/confine.h"
#include "os/landlock.h"
#include "os/secretfs.h"
#include "sandbox/nameset.h"
#include "supervisor/plan_making.h"

/* Looked at once: it does not change while we run, and each look is a few forks. */
static const struct abilities *
abilities(void)
{
	static struct abilities remembered;
	static bool looked;

	if (!looked)
		abilities_look(&remembered);
	looked = true;
	return &remembered;
}

static const char no_namespace[] = "it needs a namespace, which neither our rights nor a user namespace give here";
static const char no_users[] = "a user namespace cannot be had here";
static const char no_bounding[] =
	"lowering the bounding set takes root (no_new_privileges does as much for a plain user)";

void
plan_cannot(struct making *m, enum page_withheld key, const char *why)
{
	if (m->why == NULL) { /* the first stands for all: one line is enough to know where to look */
		m->first_withheld = key;
		m->why = why;
	}
	m->plan->settings->withheld |= UINT32_C(1) << key;
}

/* ---- namespaces ---- */

/* protect_hostname needs none of them: the filter keeps the name as it is. */
static void
ask_for_namespaces(struct making *m)
{
	bool given = m->can.namespaces || plan_may_use_user_namespace(m);
	const struct conf_service *s = m->s;

	if (is_on(s->private_network) && !given)
		plan_cannot(m, PAGE_WITHHELD_private_network, no_namespace);
	if (is_on(s->private_ipc) && !given)
		plan_cannot(m, PAGE_WITHHELD_private_ipc, no_namespace);
	if (!given)
		return;
	m->namespaces |= (is_on(s->private_network) ? (uint32_t)CLONE_NEWNET : 0) |
		(is_on(s->private_ipc) ? (uint32_t)CLONE_NEWIPC : 0) |
		(is_on(s->protect_hostname) ? (uint32_t)CLONE_NEWUTS : 0);
}

static bool
add_namespaces(struct making *m, struct err *err)
{
	const uint32_t others = m->namespaces & ~(uint32_t)CLONE_NEWNS;
	bool as_user = m->way == WAY_USER_NAMESPACE || (others != 0 && !m->can.namespaces);

	if (m->namespaces == 0)
		return true;
	/* one such namespace is enough: private_users needs no other then */
	m->has_users = as_user;
	if (as_user)
		return confine_user_namespace(m->plan->steps, m->namespaces, geteuid(), getegid(), err);
	return confine_namespaces(m->plan->steps, m->namespaces, err);
}

/* Who is not root names himself and nobody else. */
static bool
add_users(struct making *m, struct err *err)
{
	const struct plan *p = m->plan;

	if (!is_on(m->s->private_users) || m->has_users)
		return true;
	if (!m->can.users)
		plan_cannot(m, PAGE_WITHHELD_private_users, no_users);
	else if (geteuid() != 0)
		return confine_user_namespace(p->steps, 0, geteuid(), getegid(), err);
	else
		return confine_users(p->steps, p->change_user ? p->uid : 0, p->change_user ? p->gid : getegid(),
			p->groups, p->group_count, err);
	return true;
}

/* ---- capabilities and system calls ---- */

static uint64_t
bit(const char *capability)
{
	return UINT64_C(1) << nameset_number(NAMESET_CAPABILITIES, capability);
}

/* Keys that take a device or a clock away take the right to make it anew as well (systemd.exec(5), each of them). */
static void
ask_for_capabilities(struct making *m)
{
	const struct conf_service *s = m->s;

	m->bounding = ~UINT64_C(0); /* all of them: no bit has to be taken away */
	if (s->capability_bounding_set.count > 0)
		m->bounding = nameset_resolve(NAMESET_CAPABILITIES, s->capability_bounding_set.at,
			s->capability_bounding_set.count);
	if (is_on(s->private_devices))
		m->bounding &= ~(bit("cap_mknod") | bit("cap_sys_rawio"));
	if (is_on(s->protect_kernel_modules))
		m->bounding &= ~bit("cap_sys_module");
	if (is_on(s->protect_kernel_logs))
		m->bounding &= ~bit("cap_syslog");
	if (is_on(s->protect_clock))
		m->bounding &= ~(bit("cap_sys_time") | bit("cap_wake_alarm"));
}

/* Every wish is in it, also those that nobody has: filter_any() tells whether there is one. */
static void
ask_for_filter(struct making *m)
{
	const struct conf_service *s = m->s;
	uint64_t allowed = nameset_resolve(NAMESET_NAMESPACES, s->restrict_namespaces.at, s->restrict_namespaces.count);

	m->filter = (struct filter_wishes){
		.calls = s->system_call_filter.at,
		.call_count = s->system_call_filter.count,
		.call_error = (uint16_t)s->system_call_error_number,
		.native = s->system_call_architectures.count > 0,
		.limits_families = s->restrict_address_families.count > 0,
		.families = nameset_resolve(NAMESET_FAMILIES, s->restrict_address_families.at,
			s->restrict_address_families.count),
		.lock_personality = is_on(s->lock_personality),
		.no_write_execute = is_on(s->memory_deny_write_execute),
		.no_realtime = is_on(s->restrict_realtime),
		.no_suid_sgid = is_on(s->restrict_suid_sgid),
		.no_modules = is_on(s->protect_kernel_modules),
		.no_kernel_log = is_on(s->protect_kernel_logs),
		.no_clock = is_on(s->protect_clock),
		.no_hostname = is_on(s->protect_hostname),
		.no_raw_io = is_on(s->private_devices),
		.no_tunables = is_on(s->protect_kernel_tunables),
	};
	/* kinds that are not listed must not be made: clone(2) and unshare(2) take their flags */
	for (int i = 0; s->restrict_namespaces.count > 0 && nameset_word(NAMESET_NAMESPACES, i)[0] != '\0'; i++)
		if ((allowed >> i & 1) == 0)
			m->filter.forbidden_clone |= nameset_clone_flag(i);
}

/* Not only where it is asked for: without CAP_SYS_ADMIN, filters and path rules can be set with it only (seccomp(2),
 * landlock_restrict_self(2)). */
static bool
wants_no_new_privileges(const struct making *m)
{
	return is_on(m->s->no_new_privileges) || filter_any(&m->filter) || m->way == WAY_LANDLOCK;
}

/* Without the right to lower it: what is in the bounding set comes to a plain user by programs that gain privileges only. */
static bool
add_bounding(struct making *m, struct err *err)
{
	if (m->bounding == ~UINT64_C(0))
		return true;
	if (m->can.bounding)
		return confine_bounding(m->plan->steps, m->bounding, err);
	if (!wants_no_new_privileges(m) || m->plan->uid == 0)
		plan_cannot(m, PAGE_WITHHELD_capability_bounding_set, no_bounding);
	return true;
}

static bool
add_capabilities(struct making *m, struct err *err)
{
	const struct conf_service *s = m->s;
	uint64_t ambient =
		nameset_resolve(NAMESET_CAPABILITIES, s->ambient_capabilities.at, s->ambient_capabilities.count);
	uint64_t bits = nameset_resolve(NAMESET_SECURE_BITS, s->secure_bits.at, s->secure_bits.count);
	struct steps *steps = m->plan->steps;

	if (s->secure_bits.count > 0 && !confine_secure_bits(steps, (uint32_t)bits, err))
		return false;
	if (s->ambient_capabilities.count > 0 && !confine_ambient(steps, ambient, m->plan->change_user, err))
		return false;
	return add_bounding(m, err);
}

static bool
add_filter(struct making *m, struct err *err)
{
	struct sock_filter *code;
	unsigned length;
	bool ok;

	if (!filter_any(&m->filter))
		return true;
	code = malloc(FILTER_MAX * sizeof *code);
	if (code == NULL)
		return err_set(err, errno, "cannot keep a filter");
	/* 0xffffffff only asks (personality(2)): what is locked is what the service is started with, which is ours */
	length = filter_compile(&m->filter, (uint32_t)personality(0xffffffff), code);
	ok = length > 0 ? confine_filter(m->plan->steps, code, length, err) :
			  err_set(err, 0, "system_call_filter: the filter is longer than the kernel takes");
	free(code);
	return ok;
}

/* ---- all of it ---- */

/* Without any of these nothing is tried out, and no step is added: most services start as fast as they can. */
static bool
asks_for_anything(const struct conf_service *s)
{
	return plan_asks_for_paths(s) || plan_has_credentials(s) || s->capability_bounding_set.count > 0 ||
		s->ambient_capabilities.count > 0 || s->secure_bits.count > 0 || is_on(s->no_new_privileges) ||
		is_on(s->private_network) || is_on(s->private_ipc) || is_on(s->private_users) ||
		is_on(s->protect_hostname) || is_on(s->protect_clock) || s->restrict_address_families.count > 0 ||
		s->system_call_filter.count > 0 || s->system_call_architectures.count > 0 ||
		is_on(s->lock_personality) || is_on(s->memory_deny_write_execute) || is_on(s->restrict_realtime) ||
		is_on(s->restrict_suid_sgid) || s->restrict_namespaces.count > 0;
}

/* Behind the other mounts: nothing covers it. Where the namespace is another user's, what we mount cannot be given to it. */
static bool
add_credentials(struct making *m, struct err *err)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof path, "%s/%s/credentials", m->run_dir, m->s->name);

	m->plan->hides_credentials = plan_has_credentials(m->s) && m->way == WAY_MOUNTS;
	if (!m->plan->hides_credentials)
		return true;
	return n > 0 && n < (int)sizeof path ? secretfs_step(m->plan->steps, path, err) :
					       err_set(err, 0, "the path of its credentials is too long");
}

/* Within a phase steps are taken in this order (os/steps.h): mounts take rights that users and capabilities take away, and
 * the filter forbids what all the others need. */
static bool
make_steps(struct making *m, struct err *err)
{
	struct steps *steps = m->plan->steps;

	if (!add_namespaces(m, err) || (m->way != WAY_NONE && !plan_paths(m, err)))
		return false;
	if (plan_has_mounts(m) && !view_mount(m->view, steps, err))
		return false;
	if (!add_credentials(m, err))
		return false;
	if (!add_users(m, err) || !add_capabilities(m, err) ||
		(wants_no_new_privileges(m) && !confine_no_new_privileges(steps, err)))
		return false;
	return (m->way != WAY_LANDLOCK || landlock_add(m->view, m->can.landlock, steps, err)) && add_filter(m, err);
}

/* All of them in one line: it is said at every load. */
static void
say_withheld(const struct making *m)
{
	char keys[512] = "";
	struct text t;

	text_init(&t, keys, sizeof keys);
	for (enum page_withheld bit = 0; bit < PAGE_WITHHELD_COUNT; bit++)
		if (m->plan->settings->withheld >> bit & 1)
			text_addf(&t, " %s", page_withheld_key(bit));
	log_warning("%s: runs without what cannot be given here:%s", m->s->name, keys);
}

/* Refused, or said. */
static bool
settle_withheld(const struct making *m, struct err *err)
{
	if (m->why == NULL)
		return true;
	if (m->s->sandbox == CONF_SANDBOX_REQUIRED)
		return err_set(err, 0, "%s cannot be given: %s (sandbox = best-effort starts the service without)",
			page_withheld_key(m->first_withheld), m->why);
	say_withheld(m);
	return true;
}

bool
plan_sandbox(struct plan *plan, const struct conf_service *s, const char *run_dir, struct err *err)
{
	struct making m = { .plan = plan, .s = s, .run_dir = run_dir };
	bool ok;

	if (!asks_for_anything(s))
		return true;
	m.can = *abilities();
	m.view = calloc(1, sizeof *m.view);
	if (m.view == NULL)
		return err_set(err, errno, "cannot keep paths");
	plan_choose_way(&m);
	ask_for_namespaces(&m);
	ask_for_capabilities(&m);
	ask_for_filter(&m);
	ok = make_steps(&m, err) && settle_withheld(&m, err);
	view_release(m.view);
	free(m.view);
	return ok;
}
