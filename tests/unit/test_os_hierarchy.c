/* hierarchy: which directory a control group is, on machines and in containers of both versions. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "os/hierarchy.h"

#define HYBRID \
	"30 24 0:26 / /sys/fs/cgroup/unified rw,nosuid - cgroup2 cgroup2 rw\n" \
	"31 24 0:27 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid - cgroup cgroup rw,cpu,cpuacct\n" \
	"32 24 0:28 / /sys/fs/cgroup/memory rw,nosuid shared:9 master:1 - cgroup cgroup rw,memory\n"
/* as runc 1.1 mounts them for a container "c" */
#define CONTAINER \
	"76 72 0:32 /host/c /sys/fs/cgroup/memory rw,nosuid - cgroup cgroup rw,memory\n" \
	"77 72 0:33 /c /sys/fs/cgroup/cpu rw,nosuid - cgroup cgroup rw,cpu\n"
#define UNIFIED "29 23 0:25 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup rw,nsdelegate\n"

static const struct {
	const char *mountinfo, *controller, *group, *path; /* path: NULL, there is none */
} paths[] = {
	{ UNIFIED, NULL, "/", "/sys/fs/cgroup" },
	{ UNIFIED, NULL, "/a/b.service", "/sys/fs/cgroup/a/b.service" },
	{ UNIFIED, "memory", "/a", NULL },
	{ HYBRID, NULL, "/a", "/sys/fs/cgroup/unified/a" },
	{ HYBRID, "cpuacct", "/a", "/sys/fs/cgroup/cpu,cpuacct/a" },
	{ HYBRID, "memory", "/", "/sys/fs/cgroup/memory" },
	{ HYBRID, "mem", "/", NULL },
	{ CONTAINER, "memory", "/host/c", "/sys/fs/cgroup/memory" },
	{ CONTAINER, "memory", "/host/c/web.service/web.1", "/sys/fs/cgroup/memory/web.service/web.1" },
	{ CONTAINER, "memory", "/host/other", NULL },
	{ CONTAINER, "memory", "/host/c2/x", NULL },
	{ CONTAINER, "cpu", "/c/x", "/sys/fs/cgroup/cpu/x" },
	{ CONTAINER, NULL, "/c/x", NULL },
	{ "nonsense\n\n1 2 3 - \n", NULL, "/", NULL },
};

/* A file with TEXT; its name is in NAME. */
static void
write_file(char *name, const char *text)
{
	int fd = mkstemp(name);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

static void
finds_the_directory_of_a_group(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		char name[] = "/tmp/bridle-test-XXXXXX", path[HIERARCHY_PATH] = "";
		bool found;

		write_file(name, paths[i].mountinfo);
		found = hierarchy_path(name, paths[i].controller, paths[i].group, path, sizeof path);
		unlink(name);
		if (found != (paths[i].path != NULL) || (found && strcmp(path, paths[i].path) != 0))
			fail_msg("line %zu: '%s'", i, found ? path : "nothing");
	}
}

static void
finds_the_group_of_a_process(void **state)
{
	static const char groups[] = "5:cpu,cpuacct:/a\n4:memory:/b c\n1:name=systemd:/\n0::/u\n";
	char name[] = "/tmp/bridle-test-XXXXXX", group[HIERARCHY_PATH];

	(void)state;
	write_file(name, groups);
	assert_true(hierarchy_group(name, "cpuacct", group, sizeof group));
	assert_string_equal(group, "/a");
	assert_true(hierarchy_group(name, "memory", group, sizeof group));
	assert_string_equal(group, "/b c");
	assert_true(hierarchy_group(name, NULL, group, sizeof group));
	assert_string_equal(group, "/u");
	assert_false(hierarchy_group(name, "pids", group, sizeof group));
	unlink(name);
	assert_false(hierarchy_group(name, "cpu", group, sizeof group));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_directory_of_a_group),
		cmocka_unit_test(finds_the_group_of_a_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
