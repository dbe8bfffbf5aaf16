/*
 * errand.c -- a small table of children with deadlines. Whoever causes incidents decides how often this is asked for, so
 * there is a bound on everything: how many at once, how often, how long, how many words.
 */
#include "supervisor/errand.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "os/alarm.h"
#include "os/spawn.h"
#include "os/tree.h"
#include "supervisor/bridled.h"
#include "supervisor/service.h"

enum { FILLED = 512 /* bytes of the words in which {pid} stands */ };

/* ---- the words ---- */

bool
errand_make(char ***out, const struct conf_words *words, struct err *err)
{
	size_t bytes = 0;
	char *at;

	*out = NULL;
	if (words->count == 0)
		return true;
	if (words->count > ERRAND_WORDS)
		return err_set(err, 0, "a command of more than %d words", ERRAND_WORDS);
	/* one piece of memory: pointers first, the words behind them */
	for (uint32_t i = 0; i < words->count; i++)
		bytes += strlen(words->at[i]) + 1;
	*out = calloc(1, (words->count + 1) * sizeof **out + bytes);
	if (*out == NULL)
		return err_set(err, errno, "cannot keep a command");
	at = (char *)(*out + words->count + 1);
	for (uint32_t i = 0; i < words->count; i++) {
		size_t n = strlen(words->at[i]) + 1;

		(*out)[i] = memcpy(at, words->at[i], n);
		at += n;
	}
	return true;
}

void
errand_free(char **words)
{
	free(words);
}

/* WORDS behind env(1), which finds the program, into ARGV; those with {pid} are made in FILLED bytes of ROOM. */
static bool
fill(char *argv[ERRAND_WORDS + 2], char *const *words, pid_t pid, char room[FILLED])
{
	static char env[] = "env", word[] = "{pid}";
	struct text t;
	unsigned n = 0;

	argv[n++] = env;
	text_init(&t, room, FILLED);
	for (; *words != NULL; words++) {
		char *found = strstr(*words, word), *begin = t.at + t.len;

		argv[n++] = found != NULL ? begin : *words;
		if (found == NULL)
			continue;
		if (!text_addf(&t, "%.*s%d%s", (int)(found - *words), *words, (int)pid, found + sizeof word - 1) ||
			t.len + 2 > FILLED)
			return false;
		t.at[++t.len] = '\0'; /* the next one begins behind its NUL */
	}
	argv[n] = NULL;
	return true;
}

/* ---- running ---- */

static void
wake(struct bridled *b)
{
	msec due = MSEC_NEVER;

	for (unsigned i = 0; i < ERRANDS; i++)
		if (b->errands.at[i].pid > 0 && b->errands.at[i].due < due)
			due = b->errands.at[i].due;
	alarm_at(b->loop, &b->errands.timer, due);
}

/* Each leads a session of its own (spawn_child.c), so that what it started ends with it. */
static void
on_due(struct ev_loop *loop, ev_timer *timer, int revents)
{
	struct bridled *b = timer->data;
	msec now = clock_now();

	(void)loop;
	(void)revents;
	for (unsigned i = 0; i < ERRANDS; i++) {
		if (b->errands.at[i].pid == 0 || b->errands.at[i].due > now)
			continue;
		log_warning("process %d takes too long for an incident: it is ended", (int)b->errands.at[i].pid);
		/* the group that setsid(2) made of it: what it started and did not part from it */
		kill(-b->errands.at[i].pid, SIGKILL);
		/* once is enough: its end frees its place */
		b->errands.at[i].due = MSEC_NEVER;
	}
	wake(b);
}

static pid_t
start(const struct service *s, const char *program, char *const *argv, int fd, bool output, struct err *err)
{
	/* Nothing of our environment, nor of the service's: a command that reports trouble should not fail of it. */
	static char path[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
	char *const envp[] = { path, NULL };
	const struct plan *p = s->plan;
	struct spawn_request r = { .path = program,
		.argv = argv,
		.envp = envp,
		.null_fd = output ? s->home->null_fd : fd,
		.output_fd = output ? fd : s->home->null_fd,
		.cgroup_fd = -1,
		.change_user = p->change_user,
		.uid = p->uid,
		.gid = p->gid,
		.groups = p->groups,
		.group_count = p->group_count,
		.umask = 0077,
		.descriptors = s->home->descriptors };

	return spawn(&r, err);
}

/* Where a new one is kept; ERRANDS: there is no room. */
static unsigned
free_place(const struct bridled *b)
{
	unsigned i = 0;

	while (i < ERRANDS && b->errands.at[i].pid != 0)
		i++;
	return i;
}

static bool
has_its_share(const struct service *s)
{
	unsigned n = 0;

	for (unsigned i = 0; i < ERRANDS; i++)
		n += s->home->errands.at[i].pid != 0 && s->home->errands.at[i].of == s;
	return n >= ERRANDS_OF_ONE;
}

/* Among `children`, or the looks for orphans would take it for one (rest.c). */
static void
track(const struct service *s, unsigned place, pid_t child, msec now)
{
	struct bridled *b = s->home;

	b->children++;
	b->errands.at[place].of = s;
	b->errands.at[place].pid = child;
	b->errands.at[place].due = now + ERRAND_PATIENCE;
	wake(b);
}

bool
errand_run(struct service *s, char *const *words, int fd, bool output, pid_t pid, msec now, struct err *err)
{
	struct bridled *b = s->home;
	char *argv[ERRAND_WORDS + 2], room[FILLED];
	unsigned i = free_place(b);
	pid_t child = -1;

	if (fd < 0 || words == NULL)
		err_set(err, 0, "there is nothing to run");
	/* who writes lines that make incidents could else make us run commands without end */
	else if (i == ERRANDS || has_its_share(s) || (s->errand_at != 0 && now - s->errand_at < ERRAND_REST))
		err_set(err, 0, "too many at once");
	else if (!fill(argv, words, pid, room))
		err_set(err, 0, "the command is too long");
	else
		child = start(s, "/usr/bin/env", argv, fd, output, err);
	if (fd >= 0)
		close(fd);
	if (child <= 0)
		return false;
	if (!output)
		s->errand_at = now;
	track(s, i, child, now);
	return true;
}

/* Whether the user of S has something else that is up, whose objects would go, too. */
static bool
is_shared(const struct service *s)
{
	const struct bridled *b = s->home;

	for (uint32_t i = 0; i < b->capacity; i++) {
		const struct service *other = b->services[i];

		if (other != NULL && other != s && other->plan != NULL && other->plan->uid == s->plan->uid &&
			!generation_none_left(other->life.slots, LIFE_SLOTS))
			return true;
	}
	return false;
}

bool
errand_remove_ipc(struct service *s, msec now, struct err *err)
{
	static char name[] = "bridled", word[] = "--remove-ipc";
	char *const argv[] = { name, word, NULL };
	struct bridled *b = s->home;
	unsigned i = free_place(b);
	pid_t child;

	/* root's objects, and those of whoever runs us, may be anybody's */
	if (!s->plan->change_user || s->plan->uid == 0 || is_shared(s))
		return true;
	if (i == ERRANDS)
		return err_set(err, 0, "too much is run beside services");
	/* ourselves, as that user: the kernel keeps it to what is his (ipc.h) */
	child = start(s, "/proc/self/exe", argv, b->null_fd, false, err);
	if (child > 0)
		track(s, i, child, now);
	return child > 0;
}

/* ---- their ends ---- */

/* Asked of each child when orphans are looked for. */
bool
errands_has(const struct bridled *b, pid_t pid)
{
	for (unsigned i = 0; i < ERRANDS; i++)
		if (b->errands.at[i].pid == pid)
			return true;
	return false;
}

bool
errands_reaped(struct bridled *b, pid_t pid)
{
	for (unsigned i = 0; i < ERRANDS; i++) {
		if (b->errands.at[i].pid != pid)
			continue;
		b->errands.at[i].pid = 0; /* how it ended is its own affair */
		b->children--;
		wake(b);
		return true;
	}
	return false;
}

void
errands_resume(struct bridled *b, bool known, msec now)
{
	_Static_assert(ERRANDS == 8, "each has a line in wire/state.def");
	for (unsigned i = 0; i < ERRANDS; i++) {
		pid_t pid = b->errands.at[i].pid;
		struct tree_process p;

		b->errands.at[i].pid = 0;
		/* one that has ended waits to be reaped, and is a child all the same */
		if (!known || pid <= 0 || !tree_look(pid, &p) || p.parent != getpid())
			continue;
		b->children++;
		b->errands.at[i].pid = pid;
		b->errands.at[i].due = now + ERRAND_PATIENCE;
	}
	wake(b);
}

void
errands_end(struct bridled *b)
{
	for (unsigned i = 0; i < ERRANDS; i++)
		if (b->errands.at[i].pid > 0)
			kill(-b->errands.at[i].pid, SIGKILL);
}

void
errands_init(struct bridled *b)
{
	ev_timer_init(&b->errands.timer, on_due, 0., 0.);
	b->errands.timer.data = b;
}
