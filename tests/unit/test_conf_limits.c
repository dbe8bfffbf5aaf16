/* Limits and scheduling as they are written in bridle.ini: what each kind takes, and what it makes of it. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "conf/conf.h"
#include "conf/keys.h"

/* The complaint of KEY = VALUE, or "" and the service it makes. */
static struct conf *
read_one(const char *key, const char *value, struct conf_service *service, char *complaint, size_t size)
{
	struct conf_report report;
	struct conf *conf;
	char text[512];

	snprintf(text, sizeof text, "[gunicorn:w]\napp = a:b\n%s = %s\n", key, value);
	conf_report_init(&report);
	conf = conf_read_text("test.ini", text, strlen(text), &report);
	snprintf(complaint, size, "%s", report.count > 0 ? report.at[0].text : "");
	conf_report_free(&report);
	if (conf != NULL)
		conf_decode_service(conf_find(conf, "w"), service);
	return conf;
}

#define INFINITE CONF_INFINITY
static const struct {
	const char *key, *value;
	uint64_t soft, hard;
} limits[] = {
	{ "limit_nofile", "1024:4096", 1024, 4096 },
	{ "limit_nofile", "65536", 65536, 65536 },
	{ "limit_nofile", "infinity", INFINITE, INFINITE },
	{ "limit_nofile", "1024:infinity", 1024, INFINITE },
	{ "limit_nofile", "0", 0, 0 },
	{ "limit_as", "1G", 1 << 30, 1 << 30 },
	{ "limit_as", "1.5K:2K", 1536, 2048 },
	{ "limit_as", "4E", UINT64_C(4) << 60, UINT64_C(4) << 60 },
	{ "limit_fsize", "2P", UINT64_C(2) << 50, UINT64_C(2) << 50 },
	{ "limit_core", "0", 0, 0 },
	{ "limit_cpu", "10", 10, 10 },
	{ "limit_cpu", "1m:90s", 60, 90 },
	{ "limit_cpu", "1500ms", 2, 2 },
	{ "limit_rttime", "500", 500, 500 },
	{ "limit_rttime", "500us", 500, 500 },
	{ "limit_rttime", "200ms:1s", 200000, 1000000 },
	{ "limit_nice", "-20", 40, 40 },
	{ "limit_nice", "+19", 1, 1 },
	{ "limit_nice", "19", 19, 19 },
	{ "limit_nice", "40", 40, 40 },
	{ "limit_stack", "8M:infinity", 8 << 20, INFINITE },
};

/* Where the limit called KEY is in S. */
static const struct conf_limit *
limit_of(const struct conf_service *s, const char *key)
{
	return (const struct conf_limit *)(const void *)((const char *)s + key_places[key_id(key_find(key))].offset);
}

static void
reads_limits(void **state)
{
	char complaint[256];

	(void)state;
	for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
		struct conf_service s;
		struct conf *conf = read_one(limits[i].key, limits[i].value, &s, complaint, sizeof complaint);

		assert_string_equal(complaint, "");
		assert_int_equal(limit_of(&s, limits[i].key)->soft, limits[i].soft);
		assert_int_equal(limit_of(&s, limits[i].key)->hard, limits[i].hard);
		conf_free(conf);
	}
}

/* clang-format off */
static const struct {
	const char *key, *value, *complaint;
} wrongs[] = {
	{ "limit_nofile", "4096:1024", "w: limit_nofile: the soft limit is above the hard one in '4096:1024'" },
	{ "limit_nofile", "infinity:9", "w: limit_nofile: the soft limit is above the hard one in 'infinity:9'" },
	{ "limit_nofile", "1K", "w: limit_nofile: expected a number, infinity, or soft:hard, got '1K'" },
	{ "limit_nofile", "1:2:3", "w: limit_nofile: expected a number, infinity, or soft:hard, got '1:2:3'" },
	{ "limit_nofile", ":2", "w: limit_nofile: expected a number, infinity, or soft:hard, got ':2'" },
	{ "limit_nofile", "-1", "w: limit_nofile: expected a number, infinity, or soft:hard, got '-1'" },
	{ "limit_as", "8E", "w: limit_as: expected a size such as 512M, infinity, or soft:hard, got '8E'" },
	{ "limit_as", "E", "w: limit_as: expected a size such as 512M, infinity, or soft:hard, got 'E'" },
	{ "limit_cpu", "ten", "w: limit_cpu: expected a duration such as 10m, infinity, or soft:hard, got 'ten'" },
	{ "limit_nice", "+20", "w: limit_nice: expected a nice value with its sign, a number from 0 to 40, infinity, or "
		"soft:hard, got '+20'" },
	{ "limit_nice", "41", "w: limit_nice: expected a nice value with its sign, a number from 0 to 40, infinity, or "
		"soft:hard, got '41'" },
	{ "nice", "20", "w: nice: expected a number from -20 to 19, got '20'" },
	{ "nice", "-21", "w: nice: expected a number from -20 to 19, got '-21'" },
	{ "oom_score_adjust", "low", "w: oom_score_adjust: expected a number from -1000 to 1000, got 'low'" },
	{ "io_scheduling_class", "Idle", "w: io_scheduling_class: expected realtime, best-effort or idle, got 'Idle'" },
	{ "cpu_scheduling_policy", "rt", "w: cpu_scheduling_policy: expected other, batch, idle, fifo or rr, got 'rt'" },
	{ "cpu_affinity", "3-1", "w: cpu_affinity: expected processors such as 0-3 6, got '3-1'" },
	{ "cpu_affinity", "1-", "w: cpu_affinity: expected processors such as 0-3 6, got '1-'" },
	{ "cpu_affinity", "1024", "w: cpu_affinity: expected processors such as 0-3 6, got '1024'" },
	{ "cpu_affinity", "0x3", "w: cpu_affinity: expected processors such as 0-3 6, got '0x3'" },
	{ "memory_max", "0%", "w: memory_max: expected a size such as 512M, a share such as 40%, or infinity, got '0%'" },
	{ "memory_max", "101%", "w: memory_max: expected a size such as 512M, a share such as 40%, or infinity, got '101%'" },
	{ "memory_max", "1.%", "w: memory_max: expected a size such as 512M, a share such as 40%, or infinity, got '1.%'" },
	{ "tasks_max", "5K", "w: tasks_max: expected a number, a share such as 10%, or infinity, got '5K'" },
	{ "cpu_quota", "20", "w: cpu_quota: expected a share of one processor such as 20% or 150%, or infinity, got '20'" },
	{ "cpu_weight", "0", "w: cpu_weight: expected a number from 1 to 10000, or idle, got '0'" },
	{ "state_directory", "a ../b", "w: state_directory: '../b' is not a relative path without . and .. and colons" },
	{ "state_directory", "/a", "w: state_directory: '/a' is not a relative path without . and .. and colons" },
	{ "state_directory", "a/", "w: state_directory: 'a/' is not a relative path without . and .. and colons" },
	{ "pass_environment", "A 1B", "w: pass_environment: '1B' is not the name of a variable" },
	{ "load_credential", "a:/b secret", "w: load_credential: word 2 is not NAME:PATH" },
	{ "load_credential", "../a:/b", "w: load_credential: word 1 is not NAME:PATH" },
	{ "set_credential", "a:b c", "w: set_credential: word 2 is not NAME:VALUE" },
	{ "set_credential", "../a:b", "w: set_credential: word 1 is not NAME:VALUE" },
	{ "unset_environment", "A=b", "w: unset_environment: 'A=b' is not the name of a variable" },
	{ "temporary_file_system", "a", "w: temporary_file_system: 'a' is not PATH[:OPTION,...] of an absolute path below /" },
	{ "temporary_file_system", "/:ro", "w: temporary_file_system: '/:ro' is not PATH[:OPTION,...] of an absolute path below /" },
	{ "temporary_file_system", "/a:ro,dev", "w: temporary_file_system: 'dev' is none of ro, rw, noexec, nosuid, nodev, mode=0755, size=10%, nr_inodes=400k (or other numbers)" },
	{ "temporary_file_system", "/a:mode=8", "w: temporary_file_system: 'mode=8' is none of ro, rw, noexec, nosuid, nodev, mode=0755, size=10%, nr_inodes=400k (or other numbers)" },
	{ "temporary_file_system", "/a:size=1Mk", "w: temporary_file_system: 'size=1Mk' is none of ro, rw, noexec, nosuid, nodev, mode=0755, size=10%, nr_inodes=400k (or other numbers)" },
	{ "temporary_file_system", "/a:", "w: temporary_file_system: '' is none of ro, rw, noexec, nosuid, nodev, mode=0755, size=10%, nr_inodes=400k (or other numbers)" },
	{ "temporary_file_system", "/usr/..:ro", "w: temporary_file_system: '/usr/..:ro' has a '..' in it: write where that leads" },
	{ "bind_paths", "/a:/usr/..", "w: bind_paths: '/a:/usr/..' has a '..' in it: write where that leads" },
	{ "bind_paths", "/a x:/b", "w: bind_paths: 'x:/b' is not SOURCE[:DESTINATION[:rbind|norbind]] of absolute paths" },
	{ "bind_paths", "/a:b", "w: bind_paths: '/a:b' is not SOURCE[:DESTINATION[:rbind|norbind]] of absolute paths" },
	{ "bind_paths", "/a:/b:rw", "w: bind_paths: '/a:/b:rw': expected rbind or norbind behind the destination" },
	{ "bind_read_only_paths", "/a:/b:", "w: bind_read_only_paths: '/a:/b:': expected rbind or norbind behind the destination" },
	{ "bind_read_only_paths", "-/a:/", "w: bind_read_only_paths: '-/a:/': / itself cannot be laid over" },
	{ "load_credential", "a/b:/b", "w: load_credential: word 1 is not NAME:PATH" },
	{ "supplementary_groups", "a b?", "w: supplementary_groups: expected names or numbers of groups, got 'a b?'" },
};
/* clang-format on */

static void
says_what_is_wrong(void **state)
{
	struct conf_service s;
	char complaint[256];

	(void)state;
	for (size_t i = 0; i < sizeof wrongs / sizeof wrongs[0]; i++) {
		assert_null(read_one(wrongs[i].key, wrongs[i].value, &s, complaint, sizeof complaint));
		assert_string_equal(complaint, wrongs[i].complaint);
	}
}

static void
reads_how_it_is_scheduled(void **state)
{
	struct conf_service s;
	char complaint[256];

	(void)state;
	conf_free(read_one("nice", "-5", &s, complaint, sizeof complaint));
	assert_int_equal(s.nice, -5);
	assert_int_equal(s.oom_score_adjust, CONF_LEVEL_NOT_SET);
	assert_int_equal(s.io_scheduling_class, CONF_IO_UNSET);
	assert_int_equal(s.cpu_scheduling_policy, CONF_CPU_UNSET);
	assert_int_equal(s.limit_nofile.soft, CONF_NOT_SET);
	conf_free(read_one("cpu_scheduling_policy", "rr", &s, complaint, sizeof complaint));
	assert_int_equal(s.cpu_scheduling_policy, CONF_CPU_RR);
	conf_free(read_one("nice", "", &s, complaint, sizeof complaint)); /* as if it were not there */
	assert_int_equal(s.nice, CONF_LEVEL_NOT_SET);
}

static void
reads_amounts(void **state)
{
	struct conf_service s;
	char complaint[256];

	(void)state;
	conf_free(read_one("memory_max", "1.5M", &s, complaint, sizeof complaint));
	assert_int_equal(s.memory_max.value, 3 << 19);
	assert_int_equal(s.memory_max.share, 0);
	assert_int_equal(s.tasks_max.value, CONF_NOT_SET);
	assert_int_equal(s.cpu_weight, -1);
	conf_free(read_one("memory_max", "12.5%", &s, complaint, sizeof complaint));
	assert_int_equal(s.memory_max.share, 1250);
	conf_free(read_one("memory_max", "0.25%", &s, complaint, sizeof complaint));
	assert_int_equal(s.memory_max.share, 25);
	conf_free(read_one("cpu_quota", "250%", &s, complaint, sizeof complaint));
	assert_int_equal(s.cpu_quota.share, 25000);
	conf_free(read_one("tasks_max", "infinity", &s, complaint, sizeof complaint));
	assert_true(s.tasks_max.value == CONF_INFINITY);
	conf_free(read_one("cpu_weight", "idle", &s, complaint, sizeof complaint));
	assert_int_equal(s.cpu_weight, 0);
}

static void
reads_processors(void **state)
{
	uint64_t mask[CONF_CPUS_MAX / 64];

	(void)state;
	assert_true(conf_cpus_parse("0-3,6\t64 1023", mask));
	assert_int_equal(mask[0], 0x4f);
	assert_int_equal(mask[1], 1);
	assert_true(mask[15] == UINT64_C(1) << 63);
	assert_true(conf_cpus_parse("", mask));
	assert_int_equal(mask[0], 0);
	assert_true(conf_cpus_parse("0-1023", mask));
	assert_true(mask[7] == UINT64_MAX);
	assert_false(conf_cpus_parse("0-1024", mask));
	assert_false(conf_cpus_parse("-3", mask));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_limits),
		cmocka_unit_test(says_what_is_wrong),
		cmocka_unit_test(reads_how_it_is_scheduled),
		cmocka_unit_test(reads_amounts),
		cmocka_unit_test(reads_processors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
