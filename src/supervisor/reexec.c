#include "supervisor/reexec.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "os/privilege.h"
#include "os/spawn.h"
#include "supervisor/bridled.h"
#include "supervisor/past.h"
#include "supervisor/supervisor.h"

enum {
	PATIENCE = 10000,           /* ms for the program that is asked */
	DESCRIPTORS_A_SERVICE = 32, /* more than one ever holds: listeners, cgroups, its log */
	DESCRIPTORS_OF_OURS = 64,
};

/* ---- preparation ---- */

/* Where we were executed from: there the next version is put. While a package is being upgraded, what we are has no name any
 * more ("/usr/sbin/bridled (deleted)"). */
static char *
find_program(const char *name)
{
	static const char deleted[] = " (deleted)";
	char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
	size_t cut = sizeof deleted - 1;

	if (n <= 0)
		return strdup(name);
	path[n] = '\0';
	if ((size_t)n > cut && strcmp(path + (size_t)n - cut, deleted) == 0)
		path[(size_t)n - cut] = '\0';
	return strdup(path);
}

static void
make_arguments(struct bridled *b, const struct supervisor_options *options)
{
	char **at = b->reexec.argv;

	*at++ = b->program;
	*at++ = "--resume";
	*at++ = b->reexec.word;
	/* execve(2) does not write to them */
	if (options->config != NULL) {
		*at++ = "--config";
		*at++ = (char *)(uintptr_t)options->config;
	}
	if (options->root != NULL) {
		*at++ = "--root";
		*at++ = (char *)(uintptr_t)options->root;
	}
	if (options->debug)
		*at++ = "--debug";
	/* behind them lies `word`: one too many would be written over what it says, and no execve(2) takes such a vector (EFAULT) */
	*at = NULL;
	_Static_assert(REEXEC_ARGUMENTS == 1 + 2 + 2 + 2 + 1 + 1, "program, --resume, --config, --root, --debug, NULL");
}

/* MEMORY is what the next program is to go on from. */
static void
guard(struct bridled *b, int memory, const struct past *past)
{
	int highest = DESCRIPTORS_OF_OURS + DESCRIPTORS_A_SERVICE * (int)b->capacity;
	struct err err;

	/* everything is laid ready now: a handler may call nothing that takes memory (signal-safety(7)) */
	crash_tell(memory, past->how.times);
	if (!crash_guard(b->program, b->reexec.argv, b->reexec.word, highest, &err))
		log_warning("%s: a crash will be the end of bridled", err.text);
}

bool
reexec_prepare(struct bridled *b, const struct supervisor_options *options, const struct past *past, struct err *err)
{
	b->program = find_program(options->program);
	if (b->program == NULL)
		return err_set(err, errno, "cannot name this program");
	make_arguments(b, options);
	if (past->reborn) /* a crash on the way begins where we began */
		guard(b, past->how.fd, past);
	return true;
}

void
reexec_point(struct bridled *b, const struct past *past)
{
	guard(b, b->memory.fd, past);
}

void
reexec_release(struct bridled *b)
{
	free(b->program);
	b->program = NULL;
}

/* ---- asking first ---- */

static void
answer(struct bridled *b, enum link_result result, const char *words)
{
	struct link_record r = link_make(LINK_ANSWER);

	log_at(result == LINK_DONE ? LOG_LEVEL_INFO : LOG_LEVEL_ERROR, "reexec: %s", words);
	if (b->reexec.id == 0)
		return;
	r.id = b->reexec.id;
	r.service = UINT32_MAX;
	r.result = (uint8_t)result;
	text_copy(r.text, sizeof r.text, words);
	b->reexec.id = 0;
	watcher_link_tell(b, &r);
	watcher_link_flush(b);
}

static void
on_impatient(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct bridled *b = timer->data;

	(void)loop;
	(void)events;
	if (b->reexec.asker > 0)
		kill(b->reexec.asker, SIGKILL); /* its end is the answer: reexec_reaped */
}

bool
reexec_ask(struct bridled *b, uint32_t id, struct err *err)
{
	struct reexec *x = &b->reexec;
	char version[16];
	char *argv[] = { b->program, "--accepts-state", version, "--config", b->config_path, NULL };
	struct spawn_request r = { .path = b->program,
		.argv = argv,
		.envp = environ, /* as we would be executed ourselves */
		.null_fd = b->null_fd,
		.output_fd = -1,
		.cgroup_fd = -1,
		.umask = 0022 };
	struct text t;

	/* one at a time: two who ask would wait for one answer */
	if (x->asker > 0 || x->agreed)
		return err_set(err, 0, "bridled is about to execute itself already");
	text_init(&t, version, sizeof version);
	text_addf(&t, "%d", STATE_VERSION);
	x->asker = spawn(&r, err);
	if (x->asker < 0) {
		x->asker = 0;
		return false;
	}
	x->id = id;
	b->children++;
	ev_timer_init(&x->patience, on_impatient, PATIENCE / 1000., 0.);
	x->patience.data = b;
	ev_timer_start(b->loop, &x->patience);
	return true;
}

bool
reexec_reaped(struct bridled *b, pid_t pid, int status)
{
	struct reexec *x = &b->reexec;

	if (pid != x->asker || pid <= 0)
		return false;
	x->asker = 0;
	b->children--;
	ev_timer_stop(b->loop, &x->patience);
	if (!WIFEXITED(status))
		answer(b, LINK_REFUSED,
			"the program on the disk did not answer whether it can go on from here; nothing was changed");
	else if (WEXITSTATUS(status) == REEXEC_YES)
		x->agreed = true;
	else if (WEXITSTATUS(status) == REEXEC_BAD_CONFIGURATION)
		answer(b, LINK_REFUSED, "the configuration has errors (bridle check shows them); nothing was changed");
	else
		answer(b, LINK_REFUSED,
			"the program on the disk is older than this one and cannot go on from here; nothing was "
			"changed");
	return true;
}

/* ---- doing it ---- */

static void
keep_over_exec(void *context, int fd)
{
	(void)context;
	/* close-on-exec goes at the last moment: a service that is started before must not get any of them */
	fcntl(fd, F_SETFD, 0);
}

static void
close_on_exec(void *context, int fd)
{
	(void)context;
	fcntl(fd, F_SETFD, FD_CLOEXEC);
}

void
reexec_now(struct bridled *b)
{
	struct crash_word word = { .fd = -1 };
	unsigned long limit;
	struct err err;

	if (!b->reexec.agreed)
		return;
	b->reexec.agreed = false;
	privilege_descriptors(&limit); /* the next program opens libraries under it, before it can raise it itself */
	b->reexecs++; /* what is taken down must say so already */
	memory_bridled(b);
	word.fd = memory_copy(b, &err);
	if (word.fd < 0) {
		b->reexecs--;
		answer(b, LINK_REFUSED, err.text);
		return;
	}
	/* before, not after: by then the watcher is another, and nobody knows who had asked */
	answer(b, LINK_DONE, "bridled executes itself anew; services do not notice");
	crash_word_write(b->reexec.word, &word);
	fcntl(word.fd, F_SETFD, 0);
	memory_descriptors(b, keep_over_exec, NULL);
	/* who sends us one of the deadly signals now reaches the next program, once that has a handler (crash.h) */
	crash_hold(true);
	execv(b->program, b->reexec.argv);
	crash_hold(false);
	log_error("cannot execute '%s': %s; nothing was changed", b->program, strerror(errno));
	memory_descriptors(b, close_on_exec, NULL);
	close(word.fd);
	b->reexecs--;
	memory_bridled(b);
}
