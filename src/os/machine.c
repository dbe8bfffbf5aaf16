#include "os/machine.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

/* The pid namespace that a kernel begins with has this inode, always (PROC_PID_INIT_INO, include/linux/proc_ns.h). */
static const ino_t FIRST_NAMESPACE = 0xEFFFFFFC;

enum { TERM_PATIENCE = 5000, KILL_PATIENCE = 2000 /* ms */ };

bool
machine_is_ours(void)
{
	struct stat st;

	return getpid() == 1 && stat("/proc/self/ns/pid", &st) == 0 && st.st_ino == FIRST_NAMESPACE;
}

void
machine_take(void)
{
	reboot(RB_DISABLE_CAD);
}

/* Until nobody is left below us, where all processes are, or DEADLINE. Kernel threads have another parent. */
static void
wait_for_all(msec deadline)
{
	sigset_t child;
	pid_t pid;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL); /* else it may come before sigtimedwait */
	for (;;) {
		msec left = deadline - clock_now();
		const struct timespec wait = { .tv_sec = left / 1000, .tv_nsec = left % 1000 * 1000000 };

		while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
			;
		if (pid < 0 || left <= 0)
			return;
		sigtimedwait(&child, NULL, &wait);
	}
}

void
machine_end(bool again)
{
	kill(-1, SIGTERM); /* kill(2): everybody but process 1 */
	wait_for_all(clock_now() + TERM_PATIENCE);
	kill(-1, SIGKILL);
	wait_for_all(clock_now() + KILL_PATIENCE);
	sync();
	/* may fail, where a file is open for writing: the disks are in order by sync(2) in any case */
	mount(NULL, "/", NULL, MS_REMOUNT | MS_RDONLY, NULL);
	sync();
	reboot(again ? RB_AUTOBOOT : RB_POWER_OFF);
}
