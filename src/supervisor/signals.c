#include "supervisor/signals.h"

#include <errno.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "supervisor/bridled.h"
#include "supervisor/reap.h"
#include "supervisor/reread.h"
#include "supervisor/resume.h"
#include "wire/link.h"

enum { GATHER = 4 /* ms between two looks at orphans */ };

/* Who sent a signal waits for no answer: the log is where he can look. */
static void
log_word(void *context, const char *line)
{
	(void)context;
	log_info("reread: %s", line);
}

/* "SIGTERM from process 7". Who is in a namespace above ours has no number here (pid_namespaces(7)). */
static void
log_sender(const struct signalfd_siginfo *si, const char *what)
{
	if (si->ssi_code == SI_KERNEL) /* ^C and the end of a terminal, Ctrl-Alt-Del */
		log_info("SIG%s from the kernel: %s", link_signal_name((int)si->ssi_signo), what);
	else if (si->ssi_pid != 0)
		log_info("SIG%s from process %u: %s", link_signal_name((int)si->ssi_signo), si->ssi_pid, what);
	else
		log_info("SIG%s from outside the container: %s", link_signal_name((int)si->ssi_signo), what);
}

/* Each asks for a decision once, however often it came: bridled_stop() counts. */
static void
take(struct bridled *b, const struct signalfd_siginfo *si)
{
	switch (si->ssi_signo) {
	case SIGCHLD: break; /* below, once for all that came */
	case SIGTERM:
	case SIGINT:
	case SIGQUIT:
		/* to process 1, SIGINT means Ctrl-Alt-Del: the machine is to start anew (reboot(2), CAD) */
		b->again = si->ssi_signo == SIGINT;
		log_sender(si, b->stopping ? "stopping already; what has not ended yet is hurried" : "stopping");
		if (b->safe) /* to stop is somebody's decision */
			resume_settle(b, clock_now());
		bridled_stop(b);
		break;
	case SIGHUP:
		log_sender(si, "reading the configuration anew");
		if (b->safe)
			log_warning("%s", resume_safe_hint());
		else if (!b->stopping)
			reread(b, log_word, NULL, clock_now());
		break;
	default: break; /* taken so that it does nothing */
	}
}

/* Orphans tend to end by the hundred, and each would wake us for a look of its own: for some milliseconds they are gathered.
 * Every other signal waits as long, which nobody notices. */
static void
gather(struct bridled *b)
{
	ev_io_stop(b->loop, &b->signal_io);
	ev_now_update(b->loop); /* from here: a look at thousands takes longer than that */
	ev_timer_set(&b->gather, GATHER / 1000., 0.);
	ev_timer_start(b->loop, &b->gather);
}

static void
look(struct bridled *b)
{
	struct signalfd_siginfo got[8]; /* the rest keeps it readable */
	ssize_t n = read(b->signal_fd, got, sizeof got);

	for (ssize_t i = 0; i < n / (ssize_t)sizeof got[0]; i++)
		take(b, &got[i]);
	/* in any case: equal signals merge, so one SIGCHLD may stand for many */
	if (reap(b, clock_now()))
		gather(b);
}

static void
on_signal(struct ev_loop *loop, ev_io *io, int events)
{
	(void)loop;
	(void)events;
	look(io->data);
}

static void
on_gathered(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct bridled *b = timer->data;

	(void)events;
	ev_io_start(loop, &b->signal_io);
	look(b);
}

bool
signals_listen(struct bridled *b, struct err *err)
{
	/* what is not in here does what it does by default, which for most signals is our end (signal(7)) */
	static const int ours[] = { SIGCHLD, SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGPIPE, SIGUSR1, SIGUSR2, SIGALRM,
		SIGIO, SIGXFSZ /* then write(2) just fails */, SIGXCPU };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
		sigaddset(&set, ours[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	/* an ignored SIGCHLD, inherited from whoever started us, would reap for us and hide every status */
	signal(SIGCHLD, SIG_DFL);
	b->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (b->signal_fd < 0)
		return err_set(err, errno, "cannot make a signalfd");
	ev_io_init(&b->signal_io, on_signal, b->signal_fd, EV_READ);
	b->signal_io.data = b;
	/* who died is known before anything else of this round is decided */
	ev_set_priority(&b->signal_io, EV_MAXPRI);
	ev_io_start(b->loop, &b->signal_io);
	ev_init(&b->gather, on_gathered);
	b->gather.data = b;
	return true;
}
