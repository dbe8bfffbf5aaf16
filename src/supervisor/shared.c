#include "supervisor/shared.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "os/listener.h"
#include "supervisor/bridled.h"
#include "watcher/watcher.h"
#include "wire/page.h"

#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010
#endif

static int
make_memory(const char *name, size_t size, struct err *err)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0 || ftruncate(fd, (off_t)size) != 0) {
		err_set(err, errno, "cannot make shared memory '%s'", name);
		if (fd >= 0)
			close(fd);
		return -1;
	}
	return fd;
}

/* Nobody may make it shorter under the other one's feet. ONLY_WE: nobody but who has mapped it by now may write to it;
 * before Linux 5.1 that cannot be had. */
static void
seal(int fd, bool only_we)
{
	const int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

	if (!only_we || fcntl(fd, F_ADD_SEALS, seals | F_SEAL_FUTURE_WRITE) != 0)
		fcntl(fd, F_ADD_SEALS, seals);
}

static bool
make_page(struct bridled *b, const struct conf_bridle *c, struct err *err)
{
	uint32_t n = b->conf->service_count;
	struct page_header *h;
	size_t size;

	b->capacity = n + (n < 64 ? 64 : n / 2); /* a reload may add so many */
	size = page_size(b->capacity);
	b->page_fd = make_memory("bridle-page", size, err);
	b->spool_fd = make_memory("bridle-spool", WATCHER_SPOOL_SIZE, err);
	if (b->page_fd < 0 || b->spool_fd < 0)
		return false;
	b->page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, b->page_fd, 0);
	if (b->page == MAP_FAILED)
		return err_set(err, errno, "cannot map the page");
	seal(b->page_fd, true);
	seal(b->spool_fd, false);
	page_init(b->page, b->capacity);
	h = b->page;
	h->supervisor = getpid();
	h->started = clock_now();
	h->control_all = c->control_read == CONF_READERS_ALL;
	h->control_group = (uint32_t)b->control_gid;
	h->owner = geteuid();
	if (!text_copy(h->run_dir, sizeof h->run_dir, b->run_dir) || !text_copy(h->log_dir, sizeof h->log_dir, b->log_dir))
		return err_set(err, 0, "run_dir and log_dir: at most %d bytes", PAGE_PATH - 1);
	return true;
}

static bool
open_control(struct bridled *b, const struct conf_bridle *c, struct err *err)
{
	struct listener_unix who = { geteuid(), b->control_gid != (gid_t)-1 ? b->control_gid : getegid(),
		c->control_read == CONF_READERS_ALL ? 0666 : 0660 };
	char path[4096];
	struct text t;

	text_init(&t, path, sizeof path);
	text_addf(&t, "%s/control", b->run_dir);
	b->control_fd = listener_open_unix(path, &who, 64, err);
	return b->control_fd >= 0;
}

bool
shared_make(struct bridled *b, struct err *err)
{
	struct conf_bridle c;

	conf_decode_bridle(b->conf, &c);
	return make_page(b, &c, err) && open_control(b, &c, err);
}
