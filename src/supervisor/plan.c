#include "supervisor/plan.h"

#include <errno.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"
#include "conf/diff.h"
#include "os/lookup.h"
#include "os/mounts.h"
#include "supervisor/errand.h"
#include "supervisor/plan_parts.h"
#include "supervisor/plan_sandbox.h"

enum { NUMERIC_HOST = INET6_ADDRSTRLEN + 1 + IF_NAMESIZE }; /* "fe80::1%eth0" and a NUL */

/* A strictly growing store for the plan's strings; sized before it is filled. */
struct store {
	char *at;
	size_t len, size;
};

static const char *
keep(struct store *s, const char *words)
{
	size_t n = strlen(words) + 1;
	char *copy = s->at + s->len;

	if (n > s->size - s->len) /* words_size() counted: this does not happen */
		return "";
	memcpy(copy, words, n);
	s->len += n;
	return copy;
}

/* Where HOST is known without asking anybody, that is its number from now on. False: it is not. */
static bool
resolve(const char *host, char *numeric, size_t size)
{
	struct sockaddr_storage address;
	socklen_t length;

	numeric[0] = '\0';
	return host[0] == '\0' ||
		(lookup(host, 0, &address, &length, NULL) &&
			getnameinfo((struct sockaddr *)&address, length, numeric, (socklen_t)size, NULL, 0,
				NI_NUMERICHOST) == 0);
}

static bool
plan_binds(struct plan *p, const struct conf_service *s, struct store *store, struct err *err)
{
	char numeric[NUMERIC_HOST];

	p->bind_count = s->bind.count;
	if (s->bind.count == 0)
		return true;
	p->binds = calloc(s->bind.count, sizeof *p->binds);
	if (p->binds == NULL)
		return err_set(err, errno, "cannot keep addresses");
	for (uint32_t i = 0; i < s->bind.count; i++) {
		const struct conf_bind *b = &s->bind.at[i];
		struct plan_bind *out = &p->binds[i];

		out->is_unix = b->family == CONF_BIND_UNIX;
		out->port = b->port;
		out->text = keep(store, b->text);
		if (out->is_unix || resolve(b->host, numeric, sizeof numeric))
			out->address = keep(store, out->is_unix ? b->path : numeric);
		else if (!names_add(&p->names, (uint8_t)i, b->host, err))
			return false;
	}
	return true;
}

static size_t
words_size(const struct conf_service *s)
{
	size_t n = s->directory[0] == '\0' ? 0 : strlen(s->directory) + 1;

	for (uint32_t i = 0; i < s->bind.count; i++) {
		const struct conf_bind *b = &s->bind.at[i];

		/* a numeric host is not known yet: the longest there is */
		n += strlen(b->text) + 1 + (b->family == CONF_BIND_UNIX ? strlen(b->path) + 1 : NUMERIC_HOST);
	}
	return n;
}

/* Most services ask for none. */
static void
plan_drop_steps(struct plan *p)
{
	if (steps_any(p->steps))
		return;
	steps_free(p->steps);
	p->steps = NULL;
}

/* In an order that matters: what works with another part's result comes after it, and steps are taken in the child as
 * they are added here. */
static bool
plan_fill(struct plan *p, const struct conf_section *section, const struct plan_home *home, struct err *err)
{
	struct conf_service s;
	struct store store = { 0 };

	/* its strings are the configuration's, which may go before the plan does: all that stays is copied */
	conf_decode_service(section, &s);
	store.size = words_size(&s);
	store.at = p->words = store.size == 0 ? NULL : malloc(store.size);
	if (store.at == NULL && store.size > 0)
		return err_set(err, errno, "cannot keep settings");
	p->steps = steps_new();
	if (p->steps == NULL)
		return err_set(err, errno, "cannot keep settings");
	p->fingerprint = conf_fingerprint(section);
	plan_life(p, &s);
	if (!plan_settings(p, &s, home->cpus))
		return err_set(err, errno, "cannot keep settings");
	if (!errand_make(&p->on_incident, &s.on_incident, err) || !errand_make(&p->hang_dump, &s.hang_dump, err))
		return false;
	if (s.directory[0] != '\0')
		p->directory = keep(&store, s.directory);
	/* cgroups are entered while they can be written to; mounts take descriptors of high numbers, which limits may
	 * forbid */
	if (!plan_account(p, &s, err) || !plan_binds(p, &s, &store, err) ||
		!plan_bounds(p, &s, home->run_dir, home->cgroup_fd, err) || !plan_directories(p, &s, home, err) ||
		!plan_sandbox(p, &s, home->run_dir, err) || !plan_limits(p, &s, err) ||
		!plan_credentials(p, &s, home->run_dir, err))
		return err_prefix(err, "%s", section->name);
	if (!plan_command(p, section, &s, home, err))
		return false;
	/* after the command, whose strings it shares */
	if (p->reload_hup && !plan_trial(p, err))
		return false;
	if (!plan_program_new(&p->program, &s, err) || !plan_endings_new(&p->endings, &s, err) ||
		!plan_hooks_new(&p->hooks, &s, &p->command, p->names != NULL, err))
		return err_prefix(err, "%s", section->name);
	plan_shown(p, section, &s);
	plan_drop_steps(p);
	/* network file systems can hang for minutes; a start that touches one must not hang us (spawn.h), nor must this */
	p->may_stall = mounts_is_network(home->mounts, p->directory) || mounts_is_network(home->mounts, p->command.argv[0]) ||
		mounts_is_network(home->mounts, s.virtualenv);
	return true;
}

/* All or nothing: of a plan that lacks a part nothing could be started. */
struct plan *
plan_new(const struct conf_section *section, const struct plan_home *home, struct err *err)
{
	struct plan *p = calloc(1, sizeof *p);

	if (p == NULL) {
		err_set(err, errno, "cannot plan service");
		return NULL;
	}
	if (plan_fill(p, section, home, err))
		return p;
	plan_free(p);
	return NULL;
}

void
plan_free(struct plan *p)
{
	if (p == NULL)
		return;
	conf_command_free(&p->command);
	steps_free(p->steps);
	free(p->bounds);
	free(p->directories);
	free(p->credentials);
	free(p->trial);
	free(p->trial_environment);
	free(p->trial_path);
	plan_hooks_free(p->hooks);
	plan_program_free(p->program);
	plan_endings_free(p->endings);
	free(p->settings);
	free(p->groups);
	free(p->binds);
	names_free(p->names);
	errand_free(p->on_incident);
	errand_free(p->hang_dump);
	free(p->words);
	free(p);
}

struct spawn_request
plan_request(const struct plan *p)
{
	return (struct spawn_request){
		.path = p->command.argv[0],
		.argv = p->command.argv,
		.envp = p->command.envp,
		.directory = p->directory,
		.listen_pid = p->command.listen_pid,
		.null_fd = -1,
		.output_fd = -1,
		.cgroup_fd = -1,
		.change_user = p->change_user,
		.uid = p->uid,
		.gid = p->gid,
		.groups = p->groups,
		.group_count = p->group_count,
		.umask = p->umask,
		.steps = p->steps,
		.keep_oom = p->keep_oom,
		.may_stall = p->may_stall,
	};
}

const struct plan_program *
plan_program_of(const struct plan *p)
{
	static const struct plan_program usual; /* zeroed: proof by exec, TERM, no reload_signal */

	return p != NULL && p->program != NULL ? p->program : &usual;
}
