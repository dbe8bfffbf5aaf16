#include "stage.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../unit/unit.h"
#include "base/clock.h"
#include "base/text.h"
#include "core/life.h"
#include "watcher/watcher.h"
#include "wire/varlink.h"

static void
make_page(struct stage *s)
{
	struct page_header *header;

	s->page_fd = memfd_create("page", MFD_CLOEXEC);
	assert_int_equal(ftruncate(s->page_fd, (off_t)page_size(STAGE_SERVICES)), 0);
	s->page = mmap(NULL, page_size(STAGE_SERVICES), PROT_READ | PROT_WRITE, MAP_SHARED, s->page_fd, 0);
	assert_true(s->page != MAP_FAILED);
	page_init(s->page, STAGE_SERVICES);
	header = s->page;
	header->supervisor = (int32_t)getpid();
	header->started = clock_now();
	header->control_group = UINT32_MAX;
	header->owner = getuid();
	snprintf(header->run_dir, sizeof header->run_dir, "%s/run", s->root);
	snprintf(header->log_dir, sizeof header->log_dir, "%s/log", s->root);
}

static int
listen_at(const char *root)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	snprintf(address.sun_path, sizeof address.sun_path, "%s/control", root);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(fd, 64), 0);
	return fd;
}

struct stage *
stage_new(void)
{
	struct stage *s = calloc(1, sizeof *s);
	char path[96];

	assert_non_null(s);
	strcpy(s->root, "/tmp/bridle-stage-XXXXXX");
	assert_non_null(mkdtemp(s->root));
	snprintf(path, sizeof path, "%s/run", s->root);
	assert_int_equal(mkdir(path, 0755), 0);
	snprintf(path, sizeof path, "%s/log", s->root);
	assert_int_equal(mkdir(path, 0755), 0);
	make_page(s);
	s->spool_fd = memfd_create("spool", MFD_CLOEXEC);
	assert_int_equal(ftruncate(s->spool_fd, WATCHER_SPOOL_SIZE), 0);
	s->control_fd = listen_at(s->root);
	s->link = s->watcher_stdout = -1;
	return s;
}

unsigned
stage_service(struct stage *s, const char *name)
{
	unsigned slot = s->services++;
	struct page_service *record;
	char path[128];

	assert_true(slot < STAGE_SERVICES);
	snprintf(path, sizeof path, "%s/run/%s", s->root, name);
	assert_int_equal(mkdir(path, 0755), 0);
	snprintf(path, sizeof path, "%s/run/%s/log", s->root, name);
	assert_int_equal(mkfifo(path, 0600), 0);
	s->fifo[slot] = open(path, O_RDWR | O_CLOEXEC);
	assert_true(s->fifo[slot] >= 0);
	fcntl(s->fifo[slot], F_SETPIPE_SZ, 1 << 20);
	record = stage_change(s, slot);
	record->kind = PAGE_PROGRAM;
	record->incarnation = slot + 1;
	record->due = MSEC_NEVER;
	record->settings.log_max_size = 1 << 20;
	record->settings.log_keep = 1000;
	text_copy(record->name, sizeof record->name, name);
	((struct page_header *)s->page)->used = slot + 1;
	stage_changed(s, slot);
	return slot;
}

struct page_service *
stage_change(struct stage *s, unsigned slot)
{
	struct page_service *record = page_at(s->page, slot);

	page_begin(record);
	return record;
}

void
stage_changed(struct stage *s, unsigned slot)
{
	page_end(page_at(s->page, slot));
}

/* Descriptors FROM go where the watcher expects them. They are moved out of the way first. */
static void
hand_over(const int from[4])
{
	int away[4];

	for (int i = 0; i < 4; i++)
		away[i] = fcntl(from[i], F_DUPFD_CLOEXEC, 100);
	for (int i = 0; i < 4; i++)
		dup2(away[i], 3 + i);
	/* nothing lies in the deposit; a descriptor of the watcher's own with that number could be taken for one */
	dup2(open("/dev/null", O_RDONLY | O_CLOEXEC), WATCHER_DEPOSIT_FD);
}

/* In a user namespace of its own, which has its own limits (user_namespaces(7)); files are still ours. */
static bool
forbid_watches(void)
{
	int fd = unshare(CLONE_NEWUSER) == 0 ? open("/proc/sys/user/max_inotify_watches", O_WRONLY | O_CLOEXEC) : -1;
	bool ok = fd >= 0 && write(fd, "0", 1) == 1;

	if (fd >= 0)
		close(fd);
	return ok;
}

void
stage_start(struct stage *s)
{
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	s->link = pair[0];
	s->asked = false;
	s->watcher = fork();
	assert_true(s->watcher >= 0);
	if (s->watcher == 0) {
		struct rlimit limit = { s->file_limit, RLIM_INFINITY };
		int handed[4] = { pair[1], s->page_fd, s->control_fd, s->spool_fd };

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (s->file_limit > 0)
			setrlimit(RLIMIT_FSIZE, &limit);
		if (s->no_watches && !forbid_watches())
			_exit(STAGE_CANNOT);
		if (s->watcher_stdout >= 0)
			dup2(s->watcher_stdout, STDOUT_FILENO);
		close(s->link);
		hand_over(handed);
		_exit(watcher_run());
	}
	close(pair[1]);
}

static int
reap(struct stage *s)
{
	int status;

	assert_int_equal(waitpid(s->watcher, &status, 0), s->watcher);
	s->watcher = 0;
	return status;
}

void
stage_kill(struct stage *s)
{
	kill(s->watcher, SIGKILL);
	reap(s);
	close(s->link);
	s->link = -1;
}

int
stage_end(struct stage *s)
{
	close(s->link);
	s->link = -1;
	return reap(s);
}

void
stage_free(struct stage *s)
{
	char command[128];

	if (s->watcher > 0)
		stage_end(s);
	for (unsigned i = 0; i < s->services; i++)
		close(s->fifo[i]);
	close(s->spool_fd);
	close(s->page_fd);
	close(s->control_fd);
	munmap(s->page, page_size(STAGE_SERVICES));
	snprintf(command, sizeof command, "rm -rf '%s'", s->root);
	assert_int_equal(system(command), 0);
	free(s);
}

int
stage_setup(void **state)
{
	*state = stage_new();
	return 0;
}

int
stage_teardown(void **state)
{
	stage_free(*state);
	return 0;
}

void
stage_log(struct stage *s, unsigned slot, const char *bytes)
{
	assert_int_equal(write(s->fifo[slot], bytes, strlen(bytes)), (ssize_t)strlen(bytes));
}

/* ---- logs ---- */

static const char *
log_directory(struct stage *s, unsigned slot, char path[160])
{
	const struct page_service *record = page_at(s->page, slot);

	snprintf(path, 160, "%s/log/%s", s->root, record->name);
	return path;
}

static int
is_log(const struct dirent *entry)
{
	return entry->d_name[0] == '@' || strcmp(entry->d_name, "current") == 0;
}

static void
append_file(char **text, size_t *length, const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	/* it may have got another name since the directory was read */
	if (fd < 0)
		return;
	assert_int_equal(fstat(fd, &st), 0);
	*text = realloc(*text, *length + (size_t)st.st_size + 1);
	assert_non_null(*text);
	ssize_t n = read(fd, *text + *length, (size_t)st.st_size);

	*length += n > 0 ? (size_t)n : 0;
	(*text)[*length] = '\0';
	close(fd);
}

char *
stage_read_log(struct stage *s, unsigned slot, size_t *length)
{
	char directory[160], path[512], *text = calloc(1, 1);
	struct dirent **entries;
	/* "@" sorts before "c" */
	int n = scandir(log_directory(s, slot, directory), &entries, is_log, alphasort);

	*length = 0;
	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof path, "%s/%s", directory, entries[i]->d_name);
		append_file(&text, length, path);
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
	return text;
}

unsigned
stage_finished(struct stage *s, unsigned slot)
{
	char directory[160];
	struct dirent **entries;
	int n = scandir(log_directory(s, slot, directory), &entries, is_log, alphasort);
	unsigned finished = 0;

	for (int i = 0; i < n; i++) {
		finished += entries[i]->d_name[0] == '@';
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
	return finished;
}

void
stage_wait_log(struct stage *s, unsigned slot, size_t length)
{
	msec end = clock_now() + STAGE_PATIENCE;
	size_t n = 0;

	while (clock_now() < end) {
		free(stage_read_log(s, slot, &n));
		if (n >= length)
			return;
		usleep(2000);
	}
	fail_msg("the log has %zu bytes of %zu", n, length);
}

void
stage_wait_taken(struct stage *s, unsigned slot)
{
	msec end = clock_now() + STAGE_PATIENCE;
	int left = -1;

	do
		assert_int_equal(ioctl(s->fifo[slot], FIONREAD, &left), 0);
	while (left != 0 && clock_now() < end && usleep(1000) == 0);
	assert_int_equal(left, 0);
}

/* ---- link ---- */

static void
wait_readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	if (poll(&p, 1, STAGE_PATIENCE) != 1)
		fail_msg("nothing came within %d ms", STAGE_PATIENCE);
}

struct link_record
stage_receive(struct stage *s)
{
	struct link_record record;
	struct err err;
	size_t count;

	wait_readable(s->link);
	assert_int_equal(recv(s->link, &record, sizeof record, 0), sizeof record);
	if (!link_check(&record, sizeof record, true, &count, &err))
		fail_msg("%s", err.text);
	return record;
}

void
stage_settle(struct stage *s)
{
	/* one round of its loop to accept, one to read, and each pong comes from a later round than the one before, at whose beginning
	 * or end it may have been given */
	for (uint32_t round = 1; round <= 3; round++) {
		struct link_record ping = link_make(LINK_PING), answer;

		ping.id = round;
		stage_send(s, &ping);
		do
			answer = stage_receive(s);
		while (answer.kind != LINK_PONG || answer.id != round);
	}
}

void
stage_send(struct stage *s, const struct link_record *record)
{
	assert_int_equal(send(s->link, record, sizeof *record, MSG_NOSIGNAL), sizeof *record);
}

void
stage_move(struct stage *s, unsigned slot, uint8_t to, uint8_t event)
{
	struct link_record move = link_make(LINK_MOVED);
	struct page_service *record = stage_change(s, slot);

	move.service = slot;
	move.incarnation = record->incarnation;
	move.from = record->from = record->state;
	move.to = record->state = to;
	move.event = record->event = event;
	move.generation = record->generation;
	move.pid = record->last_pid;
	move.status = record->last_status;
	record->since = clock_now();
	if (record->due != MSEC_NEVER)
		move.arg = record->due - record->since;
	stage_changed(s, slot);
	stage_send(s, &move);
}

/* ---- control ---- */

int
stage_connect(struct stage *s)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (!s->asked)
		stage_settle(s);
	s->asked = true;
	snprintf(address.sun_path, sizeof address.sun_path, "%s/control", s->root);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
	return fd;
}

void
stage_call(int fd, const char *method, json_t *parameters, bool more)
{
	size_t length;
	char *frame = varlink_call_format(method, parameters, more, &length);

	json_decref(parameters);
	assert_non_null(frame);
	assert_int_equal(send(fd, frame, length, MSG_NOSIGNAL), (ssize_t)length);
	free(frame);
}

json_t *
stage_reply(int fd)
{
	char *text = NULL;
	size_t n = 0;
	json_t *reply;

	do {
		text = realloc(text, n + 1);
		assert_non_null(text);
		wait_readable(fd);
		if (recv(fd, text + n, 1, 0) != 1)
			fail_msg("hung up");
	} while (text[n++] != '\0');
	reply = json_loads(text, 0, NULL);
	if (reply == NULL)
		fail_msg("no JSON: %s", text);
	free(text);
	return reply;
}
