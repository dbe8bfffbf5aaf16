#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "os/mounts.h"

static const char *const lines[] = {
	"22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw",
	"25 22 0:22 / /proc rw,nosuid shared:5 - proc proc rw",
	"40 22 0:41 / /srv/share rw,relatime shared:9 master:2 - nfs4 files:/share rw,vers=4.2",
	"41 40 8:17 / /srv/share/local rw - xfs /dev/sdb1 rw",
	"42 22 0:42 / /mnt/two\\040words rw shared:10 - cifs //nas/x rw",
	"43 22 0:43 / /home/a/remote rw - fuse.sshfs a@b:/ rw",
	"44 22 0:44 / /srv/over rw - nfs files:/x rw",
	"45 44 0:45 / /srv/over rw - tmpfs tmpfs rw",
	"46 22 0:46 / /opt/fuseless rw - fuseblk /dev/sdc1 rw",
	"47 22 0:47 / /srv/new rw - tmpfs tmpfs rw",
	"48 47 0:48 / /srv/new rw - ceph mon:/ rw",
	"49 22 0:49 / /home/auto rw - autofs systemd-1 rw,fd=29,pgrp=1,timeout=0,minproto=5,maxproto=5,direct",
	"50 22 0:50 / /data rw - autofs systemd-1 rw,fd=30,pgrp=1,timeout=0,minproto=5,maxproto=5,direct",
	"51 50 8:33 / /data rw - ext4 /dev/sdd1 rw",
	"no mount at all",
	"1 2 3:4 / /srv/cut rw",
	"1 2 3:4 / /srv/cut rw -",
	"",
};

static const struct {
	const char *path;
	bool network;
} rows[] = {
	{ "/", false },
	{ "/srv", false },
	{ "/srv/share", true },
	{ "/srv/share/shop/app.py", true },
	{ "/srv/shared", false },
	{ "/srv/share/local", false },
	{ "/srv/share/local/venv/bin/gunicorn", false },
	{ "/srv/share/locally", true },
	{ "/mnt/two words/x", true },
	{ "/mnt/two", false },
	{ "/home/a/remote/x", true },
	{ "/srv/over/x", false },
	{ "/srv/new/x", true },
	{ "/opt/fuseless/x", false },
	{ "/home/auto/x", true },
	{ "/data/x", false },
	{ "/srv/cut/x", false },
	{ "srv/share", false },
	{ "", false },
	{ NULL, false },
};

static void
the_deepest_and_the_latest_counts(void **state)
{
	struct mounts m = { .read = true };

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		char line[256];

		strcpy(line, lines[i]);
		mounts_add(&m, line);
	}
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (mounts_is_network(&m, rows[i].path) != rows[i].network)
			fail_msg("'%s': %d", rows[i].path != NULL ? rows[i].path : "(null)", !rows[i].network);
}

/* More than there is room for: then any may be one of those. */
static void
what_does_not_fit_may_be_anywhere(void **state)
{
	struct mounts m = { .read = true };
	char line[256];

	(void)state;
	for (unsigned i = 0; i < MOUNTS_SIZE / 8; i++) {
		snprintf(line, sizeof line, "1 2 3:4 / /nfs/%u rw - nfs x rw\n", i);
		mounts_add(&m, line);
	}
	assert_true(m.length <= sizeof m.places);
	assert_true(mounts_is_network(&m, "/elsewhere"));
}

/* This machine's: wherever the test lies, /proc is no network. */
static void
the_list_is_read_when_something_is_asked(void **state)
{
	struct mounts m = { .read = false };

	(void)state;
	assert_false(mounts_is_network(&m, "relative"));
	assert_false(m.read);
	assert_false(mounts_is_network(&m, "/proc/self"));
	assert_true(m.read && !m.crowded);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_deepest_and_the_latest_counts),
		cmocka_unit_test(what_does_not_fit_may_be_anywhere),
		cmocka_unit_test(the_list_is_read_when_something_is_asked),
	};

	return cmocka_run_group_tests_name("mounts", tests, NULL, NULL);
}
