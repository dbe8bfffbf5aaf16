#include "supervisor/names.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "conf/digest.h"
#include "os/spawn.h"
#include "supervisor/belongings.h"
#include "supervisor/bridled.h"
#include "supervisor/service.h"

_Static_assert((int)NAMES_MAX == (int)HELD_MAX + 1, "each that can be held, and statsd_host");

enum {
	MARKER = 4 /* three variables (conf/command.c), and NULL */
};

/* ---- at load time ---- */

static char word_name[] = "bridled", word_deed[] = "--look-up", word_brief[] = LOOKUP_BRIEF;

bool
names_add(struct names **names, uint8_t of, const char *host, struct err *err)
{
	struct names *n = *names;
	char *host_copy, **at;

	if (n == NULL) {
		n = *names = calloc(1, sizeof *n);
		if (n == NULL)
			return err_set(err, errno, "cannot keep names");
		n->answers = -1;
		n->argv[0] = word_name;
		n->argv[1] = word_deed;
	}
	if (n->count == NAMES_MAX)
		return err_set(err, 0, "bind: at most %d addresses", HELD_MAX);
	at = n->argv;
	host_copy = strdup(host);
	if (host_copy == NULL)
		return err_set(err, errno, "cannot keep names");
	while (*at != NULL)
		at++;
	if (of == NAMES_STATSD)
		*at++ = word_brief;
	*at = host_copy;
	n->at[n->count++] = (struct name){ .of = of, .host = host_copy };
	return true;
}

static void
close_answers(struct names *n)
{
	if (n->answers >= 0)
		close(n->answers);
	n->answers = -1;
}

void
names_free(struct names *n)
{
	if (n == NULL)
		return;
	for (uint32_t i = 0; i < n->count; i++)
		free(n->at[i].host);
	close_answers(n);
	free(n);
}

/* statsd_host among them; NULL. */
static struct name *
find_statsd(const struct plan *plan)
{
	struct names *n = plan != NULL ? plan->names : NULL;

	for (uint32_t i = 0; n != NULL && i < n->count; i++)
		if (n->at[i].of == NAMES_STATSD)
			return &n->at[i];
	return NULL;
}

static bool
same_hosts(const struct names *a, const struct names *b)
{
	bool same = a != NULL && b != NULL && a->count == b->count;

	for (uint32_t i = 0; same && i < a->count; i++)
		same = a->at[i].of == b->at[i].of && strcmp(a->at[i].host, b->at[i].host) == 0;
	return same;
}

void
names_inherit(const struct service *s, struct plan *plan)
{
	struct names *from = s->plan != NULL ? s->plan->names : NULL;
	const struct name *mine = find_statsd(s->plan);
	struct name *its = find_statsd(plan);

	if (same_hosts(from, plan->names)) {
		plan->names->answers = from->answers;
		plan->names->asker = from->asker;
		from->answers = -1;
	}
	if (mine == NULL || its == NULL || strcmp(mine->host, its->host) != 0)
		return;
	its->told = mine->told;
	plan->settings->statsd_address = page_at(s->home->page, s->slot)->settings.statsd_address;
}

/* Enough to see that it is another one. */
static uint32_t
hash_of(const char *host)
{
	return (uint32_t)digest_bytes(DIGEST_INIT, host, strlen(host));
}

bool
names_remember(struct service *s)
{
	const struct page_service *record = page_at(s->home->page, s->slot);
	struct name *name = find_statsd(s->plan);

	if (name == NULL || s->statsd_name != hash_of(name->host))
		return false;
	name->told = record->settings.statsd_address != 0;
	return true;
}

/* ---- before a start ---- */

static bool
is_due(const struct service *s, const struct name *name)
{
	if (name->of == NAMES_STATSD)
		return !name->told;
	return !held_is_open(&s->held, &s->plan->binds[name->of]);
}

static bool
any_due(const struct service *s, bool statsd)
{
	const struct names *n = s->plan != NULL ? s->plan->names : NULL;
	bool due = false;

	for (uint32_t i = 0; n != NULL && i < n->count; i++)
		due = due || ((statsd || n->at[i].of != NAMES_STATSD) && is_due(s, &n->at[i]));
	return due;
}

bool
names_keep_shut(const struct service *s)
{
	return any_due(s, false);
}

bool
names_due(const struct service *s)
{
	return any_due(s, true);
}

/* Its marker, of what the service is started with: the rest may be its user's choice (LD_PRELOAD), who is not to choose what runs
 * as somebody else. */
static void
mark(char *const *envp, char *marker[MARKER])
{
	unsigned n = 0;

	for (; *envp != NULL && n + 1 < MARKER; envp++)
		if (strncmp(*envp, "BRIDLE_", 7) == 0)
			marker[n++] = *envp;
	marker[n] = NULL;
}

/* For whoever asks meanwhile, and, if it takes longer than a start may, for all who ask why. */
static void
tell_waiting(struct service *s)
{
	const struct names *n = s->plan->names;
	char buffer[200];
	struct text t;
	uint32_t i = 0;

	/* the first that is to be known: statsd_host is behind all addresses */
	while (i + 1 < n->count && !is_due(s, &n->at[i]))
		i++;
	text_init(&t, buffer, sizeof buffer);
	text_addf(&t, "%s: no name server has answered yet what '%s' stands for",
		n->at[i].of == NAMES_STATSD ? "statsd_host" : "bind", n->at[i].host);
	service_tell_why(s, buffer);
}

/* As the watcher's user: whoever parses what comes from the network has no rights for it, and is nobody whom the service could
 * make say something else. */
pid_t
names_ask(struct service *s, uint8_t slot, struct err *err)
{
	const struct bridled *b = s->home;
	struct names *n = s->plan->names;
	char *marker[MARKER];
	struct spawn_request r = { .path = "/proc/self/exe",
		.argv = n->argv,
		.envp = marker,
		.null_fd = b->null_fd,
		.cgroup_fd = s->cgroup[slot],
		.change_user = b->watch_uid != geteuid(),
		.uid = b->watch_uid,
		.gid = b->watch_gid,
		.umask = 0077,
		.descriptors = b->descriptors };

	close_answers(n);
	/* memory, not a pipe: nothing is to be read meanwhile, and what was written is there when its writer has ended */
	n->answers = memfd_create("bridle-names", MFD_CLOEXEC);
	/* it begins as open to everybody, and the watcher can reach it (/proc/PID/fd): where we listen is not for it to say */
	if (n->answers < 0 || fchmod(n->answers, 0600) != 0) {
		err_set(err, errno, "cannot make memory for what a name server says");
		return -1;
	}
	mark(s->plan->command.envp, marker);
	r.output_fd = n->answers;
	tell_waiting(s);
	n->asker = service_spawn(s, &r, err);
	return n->asker;
}

/* ---- after it ---- */

/* Relayed from now on: the watcher looks at settings anew where the incarnation is another. Those who do without it start all the
 * same, as a Gunicorn would that finds nobody (instrument/statsd.py). */
static void
take_statsd(struct service *s, struct name *name, const struct lookup_answer *answer)
{
	struct page_service *record = page_at(s->home->page, s->slot);
	struct in_addr in;

	name->told = true;
	if (inet_pton(AF_INET, answer->address, &in) != 1) {
		log_warning(
			"%s: cannot look up statsd_host '%s'%s%s: its figures go nowhere but here until the next reload",
			s->name, name->host, answer->words[0] != '\0' ? ": " : "", answer->words);
		return;
	}
	page_begin(record);
	record->settings.statsd_address = in.s_addr;
	page_end(record);
	s->statsd_name = hash_of(name->host);
	s->incarnation++;
	service_show(s);
}

static bool
take_bind(struct service *s, struct name *name, const struct lookup_answer *answer, struct err *err)
{
	struct plan_bind *bind = &s->plan->binds[name->of];
	struct sockaddr_storage address;
	socklen_t length;

	/* one that is held has its address, whatever the name stands for by now */
	if (held_is_open(&s->held, bind))
		return true;
	if (answer->address[0] == '\0' || !lookup(answer->address, 0, &address, &length, NULL))
		return err_set(err, 0, "cannot look up '%s': %s", name->host,
			answer->words[0] != '\0' ? answer->words : "no answer came");
	memcpy(name->address, answer->address, sizeof name->address);
	bind->address = name->address;
	return true;
}

/* The I-th answer. All zero where there is none: it was ended first, say. */
static struct lookup_answer
read_answer(const struct names *n, uint32_t i)
{
	struct lookup_answer answer = { 0 };

	if (n->answers < 0 ||
		pread(n->answers, &answer, sizeof answer, (off_t)(i * sizeof answer)) != (ssize_t)sizeof answer)
		return (struct lookup_answer){ 0 };
	answer.address[sizeof answer.address - 1] = '\0';
	answer.words[sizeof answer.words - 1] = '\0';
	return answer;
}

bool
names_lost(const struct service *s, pid_t pid)
{
	const struct names *n = s->plan != NULL ? s->plan->names : NULL;

	return names_due(s) && (n->answers < 0 || n->asker != pid);
}

bool
names_answered(struct service *s, struct err *err)
{
	struct names *n = s->plan != NULL ? s->plan->names : NULL;
	bool good = s->plan != NULL || err_set(err, 0, "its settings cannot be read");

	for (uint32_t i = 0; n != NULL && i < n->count && good; i++) {
		const struct lookup_answer answer = read_answer(n, i);

		if (n->at[i].of != NAMES_STATSD)
			good = take_bind(s, &n->at[i], &answer, err);
		else if (!n->at[i].told)
			take_statsd(s, &n->at[i], &answer);
	}
	if (n != NULL)
		close_answers(n);
	if (good)
		service_tell_why(s, "");
	return good;
}
