/* borrow: listeners of a process that wants to hold up whoever looks into it. (What a process of good will has: test_os_pidfd.) */
#include "unit.h"

#include <fcntl.h>
#include <linux/fuse.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "os/borrow.h"

enum {
	SWAPPED = 50, /* descriptors of the process that is looked into */
	A_FILE,
	A_LISTENER,
	SECONDS = 2, /* of tries: the two meet once in some hundred */
};

struct others {
	pid_t server, friend;
};

/* Serve the FUSE file behind DEVICE: only FRIEND is ever answered what close(2) asks. */
static void
serve(int device, const volatile pid_t *friend)
{
	static char bytes[1 << 17];
	const struct fuse_in_header *question = (const void *)bytes;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (read(device, bytes, sizeof bytes) >= (ssize_t)sizeof *question) {
		struct {
			struct fuse_out_header header;
			union {
				struct fuse_init_out init;
				struct fuse_open_out open;
				struct fuse_attr_out attributes;
			} body;
		} answer = { .header = { .unique = question->unique } };
		size_t size = 0;

		if (question->opcode == FUSE_INIT) {
			size = sizeof answer.body.init;
			answer.body.init = (struct fuse_init_out){ .major = FUSE_KERNEL_VERSION,
				.minor = FUSE_KERNEL_MINOR_VERSION,
				.max_write = 4096 };
		} else if (question->opcode == FUSE_OPEN) {
			size = sizeof answer.body.open;
		} else if (question->opcode == FUSE_GETATTR) {
			size = sizeof answer.body.attributes;
			answer.body.attributes.attr =
				(struct fuse_attr){ .ino = 1, .mode = S_IFREG | 0666, .nlink = 1 };
		} else if (question->opcode != FUSE_FLUSH || question->pid != (uint32_t)*friend) {
			continue;
		}
		answer.header.len = (uint32_t)(sizeof answer.header + size);
		if (write(device, &answer, answer.header.len) < 0)
			continue; /* nobody waits for it any more */
	}
	_exit(1);
}

/* A mount of such a file at PATH, in a mount namespace of our own. Returns its server; -1: that cannot be had here. */
static pid_t
mount_file(const char *path, const volatile pid_t *friend)
{
	int device = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	char options[100];
	pid_t server;

	if (device < 0 || unshare(CLONE_NEWNS) != 0 || mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) != 0)
		return -1;
	snprintf(options, sizeof options, "fd=%d,rootmode=100000,user_id=0,group_id=0,allow_other", device);
	if (mount("silence", path, "fuse", 0, options) != 0)
		return -1;
	server = fork();
	if (server == 0)
		serve(device, friend);
	close(device);
	return server;
}

/* Now a listener, now that file, under one number. */
static void
swap(const char *path, volatile pid_t *friend, int ready)
{
	int listener = socket(AF_UNIX, SOCK_STREAM, 0), file = open(path, O_RDWR);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	*friend = getpid();
	dup2(listener, A_LISTENER);
	dup2(file, A_FILE);
	for (bool first = true;; first = false) {
		dup2(A_LISTENER, SWAPPED);
		if (first && write(ready, "", 1) != 1)
			_exit(1);
		dup2(A_FILE, SWAPPED);
	}
}

/* In a process that may be held up: is it? Exit status 0: no. *OTHERS are the two that it starts. */
static int
look_again_and_again(volatile struct others *others)
{
	char path[] = "/tmp/bridle-borrow-XXXXXX", byte;
	int ready[2], place = mkstemp(path), strange = -2; /* children beside these two: there are some where such a file was closed */
	pid_t server = others->server = mount_file(path, &others->friend), swapper;

	/* without pidfd_open(2), which valgrind may not know, nobody is looked into */
	if (server < 0 || pipe(ready) != 0 || syscall(434 /* pidfd_open */, getpid(), 0) < 0) {
		unlink(path);
		return 77;
	}
	close(place);
	swapper = fork();
	if (swapper == 0)
		swap(path, &others->friend, ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		return 1;
	for (time_t end = time(NULL) + SECONDS; time(NULL) <= end;) {
		struct err err;
		int fds[8];

		/* it listens nowhere: all that is copied is looked at and let go */
		if (borrow_listeners(swapper, fds, 8, &err) != 0)
			return 1;
	}
	kill(server, SIGKILL);
	kill(swapper, SIGKILL);
	while (wait(NULL) > 0)
		strange++;
	umount2(path, MNT_DETACH);
	unlink(path);
	return strange > 0 ? 0 : 2; /* else it was never fast enough to be of any danger */
}

static void
nobody_holds_up_who_looks(void **state)
{
	volatile struct others *others =
		mmap(NULL, sizeof *others, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status = -1;
	pid_t pid = fork();

	(void)state;
	if (pid == 0)
		_exit(look_again_and_again(others));
	for (int i = 0; i < 2000 && waitpid(pid, &status, WNOHANG) == 0; i++)
		usleep(10000);
	/* with its server the file system is gone: who was held up by it can be killed then */
	if (others->server > 0 && status == -1)
		kill(others->server, SIGKILL);
	kill(pid, SIGKILL);
	while (wait(NULL) > 0)
		;
	if (WIFEXITED(status) && (WEXITSTATUS(status) == 77 || WEXITSTATUS(status) == 2)) {
		print_message("needs root, FUSE, pidfds, and two processors\n");
		skip();
	}
	assert_int_equal(status, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_holds_up_who_looks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
