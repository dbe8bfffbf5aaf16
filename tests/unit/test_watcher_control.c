#include "unit.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../lib/stage.h"
#include "base/clock.h"
#include "core/generation.h"
#include "core/life.h"

/* A program that runs in generation 1. */
static unsigned
running(struct stage *s, const char *name)
{
	unsigned slot = stage_service(s, name);
	struct page_service *record = stage_change(s, slot);

	record->state = LIFE_RUNNING;
	record->event = ON_READY;
	record->from = LIFE_STARTING;
	record->generation = 1;
	record->since = clock_now() - 5000;
	record->generations[0] = (struct page_generation){ .number = 1,
		.master = getpid(),
		.started = clock_now() - 6000,
		.state = GENERATION_READY };
	stage_changed(s, slot);
	return slot;
}

static const char *
text_at(json_t *reply, const char *key)
{
	const char *text = json_string_value(json_object_get(json_object_get(reply, "parameters"), key));

	return text != NULL ? text : "(nothing)";
}

static void
expect_error(int fd, const char *error, const char *key, const char *words)
{
	json_t *reply = stage_reply(fd);
	const char *name = json_string_value(json_object_get(reply, "error"));

	assert_string_equal(name != NULL ? name : "(no error)", error);
	if (key != NULL && strstr(text_at(reply, key), words) == NULL)
		fail_msg("%s is '%s', not '%s'", key, text_at(reply, key), words);
	json_decref(reply);
}

static void
expect_message(int fd, const char *words)
{
	json_t *reply = stage_reply(fd);

	if (strstr(text_at(reply, "message"), words) == NULL)
		fail_msg("message '%s' (error %s: %s), not '%s'", text_at(reply, "message"),
			json_string_value(json_object_get(reply, "error")), text_at(reply, "reason"), words);
	json_decref(reply);
}

static void
answer(struct stage *s, const struct link_record *request, uint8_t result, const char *text)
{
	struct link_record answer = link_make(LINK_ANSWER);

	answer.id = request->id;
	answer.service = request->service;
	answer.deed = request->deed;
	answer.result = result;
	snprintf(answer.text, sizeof answer.text, "%s", text);
	stage_send(s, &answer);
}

static void
a_ping_is_answered(void **state)
{
	struct stage *s = *state;
	struct link_record ping = link_make(LINK_PING), pong;

	stage_start(s);
	ping.id = 77;
	stage_send(s, &ping);
	pong = stage_receive(s);
	assert_int_equal(pong.kind, LINK_PONG);
	assert_int_equal(pong.id, 77);
}

static void
list_tells_what_the_page_says(void **state)
{
	struct stage *s = *state;
	json_t *reply, *service;
	int fd;

	running(s, "web");
	stage_service(s, "idle");
	stage_start(s);
	fd = stage_connect(s);
	stage_call(fd, "org.bridle.List", NULL, false);
	reply = stage_reply(fd);
	json_t *services = json_object_get(json_object_get(reply, "parameters"), "services");

	assert_int_equal(json_array_size(services), 2);
	service = json_array_get(services, 0);
	assert_string_equal(json_string_value(json_object_get(service, "name")), "web");
	assert_string_equal(json_string_value(json_object_get(service, "state")), "running");
	assert_int_equal(json_integer_value(json_object_get(service, "master")), getpid());
	assert_true(json_number_value(json_object_get(service, "since")) >= 5);
	assert_true(json_is_null(json_object_get(service, "due")));
	json_decref(reply);
	stage_call(fd, "org.bridle.List", json_pack("{s:s}", "name", "wep"), false);
	expect_error(fd, "org.bridle.NoSuchService", "nearest", "web");
	close(fd);
}

static void
calls_are_answered_in_their_order(void **state)
{
	struct stage *s = *state;
	struct link_record request;
	unsigned web = running(s, "web");
	int fd;

	stage_start(s);
	fd = stage_connect(s);
	stage_call(fd, "org.bridle.Stop", json_pack("{s:s}", "name", "web"), false);
	stage_call(fd, "org.varlink.service.GetInfo", NULL, false);
	request = stage_receive(s);
	assert_int_equal(request.deed, DEED_STOP);
	assert_int_equal(request.uid, getuid());
	stage_move(s, web, LIFE_STOPPING, ON_STOP);
	answer(s, &request, LINK_DONE, "");
	stage_settle(s);
	stage_move(s, web, LIFE_STOPPED, ON_EMPTY);
	expect_message(fd, "web is stopped, 0.");
	json_t *reply = stage_reply(fd);

	assert_string_equal(text_at(reply, "product"), "bridled");
	json_decref(reply);
	close(fd);
}

static void
a_deed_that_was_quicker_than_its_answer_is_seen(void **state)
{
	struct stage *s = *state;
	struct link_record request;
	unsigned web = running(s, "web");
	int fd;

	stage_start(s);
	fd = stage_connect(s);
	stage_call(fd, "org.bridle.Restart", json_pack("{s:s}", "name", "web"), false);
	request = stage_receive(s);
	stage_move(s, web, LIFE_RESTARTING, ON_RESTART);
	stage_move(s, web, LIFE_STARTING, ON_EMPTY);
	stage_change(s, web)->generation = 2;
	stage_changed(s, web);
	stage_move(s, web, LIFE_RUNNING, ON_READY);
	answer(s, &request, LINK_DONE, "");
	expect_message(fd, "web is running: generation 2");
	close(fd);
}

/* A program that exits at once was up for a moment: what the page says when that is told is the truth. */
static void
who_did_not_last_is_no_success(void **state)
{
	struct stage *s = *state;
	struct link_record request, move = link_make(LINK_MOVED);
	unsigned web = stage_service(s, "web");
	struct page_service *record;
	int fd;

	stage_start(s);
	fd = stage_connect(s);
	stage_call(fd, "org.bridle.Start", json_pack("{s:s}", "name", "web"), false);
	request = stage_receive(s);
	stage_move(s, web, LIFE_STARTING, ON_START);
	answer(s, &request, LINK_DONE, "");
	stage_settle(s);
	record = stage_change(s, web);
	record->state = LIFE_WAITING;
	record->since = clock_now();
	record->last_pid = 123;
	record->last_status = 1 << 8;
	record->last_started = 1000;
	record->last_ended = 1136;
	stage_changed(s, web);
	move.service = web;
	move.incarnation = record->incarnation;
	move.from = LIFE_STARTING;
	move.to = LIFE_RUNNING;
	move.event = ON_READY;
	stage_send(s, &move);
	expect_error(fd, "org.bridle.Failed", "reason",
		"web did not last, and is waiting: process 123 exited with status 1 after 136ms");
	close(fd);
}

/* Begun by somebody else, before: an older state says nothing, and what comes of it is the answer. */
static void
what_is_under_way_is_waited_for(void **state)
{
	struct stage *s = *state;
	struct link_record request;
	unsigned web = running(s, "web");
	int fd;

	stage_start(s);
	fd = stage_connect(s);
	stage_move(s, web, LIFE_STOPPING, ON_STOP);
	stage_call(fd, "org.bridle.Stop", json_pack("{s:s, s:b}", "name", "web", "no_wait", 1), false);
	request = stage_receive(s);
	answer(s, &request, LINK_UNDER_WAY, "web is stopping already");
	expect_message(fd, "web is stopping already");
	stage_call(fd, "org.bridle.Stop", json_pack("{s:s}", "name", "web"), false);
	request = stage_receive(s);
	answer(s, &request, LINK_UNDER_WAY, "web is stopping already");
	stage_settle(s);
	stage_move(s, web, LIFE_STOPPED, ON_EMPTY);
	expect_message(fd, "web is stopped, 0.");
	close(fd);
}

static void
a_failed_boot_is_told_with_its_reason_and_log(void **state)
{
	struct stage *s = *state;
	struct link_record request;
	unsigned web = stage_service(s, "web");
	struct page_service *record;
	int fd;

	stage_start(s);
	fd = stage_connect(s);
	stage_call(fd, "org.bridle.Start", json_pack("{s:s}", "name", "web"), false);
	request = stage_receive(s);
	stage_move(s, web, LIFE_STARTING, ON_START);
	answer(s, &request, LINK_DONE, "");
	stage_log(s, web, "Traceback (most recent call last):\nModuleNotFoundError: No module named 'nope'\nbye\n");
	record = stage_change(s, web);
	record->last_pid = 123;
	record->last_status = 3 << 8;
	record->last_started = 1000;
	record->last_ended = 1350;
	record->due = clock_now() + 3600000 + 900;
	stage_changed(s, web);
	stage_move(s, web, LIFE_WAITING, ON_DIED_LATER);
	expect_error(fd, "org.bridle.Failed", "reason",
		"web is waiting: process 123 exited with status 3 after 350ms, next try in 1h; its log says: "
		"ModuleNotFoundError: "
		"No module named 'nope'");
	close(fd);
}

static void
a_refusal_is_passed_on(void **state)
{
	struct stage *s = *state;
	struct link_record request;
	int fd;

	running(s, "web");
	stage_start(s);
	fd = stage_connect(s);
	stage_call(fd, "org.bridle.Start", json_pack("{s:s}", "name", "web"), false);
	request = stage_receive(s);
	answer(s, &request, LINK_REFUSED, "bridled is being stopped");
	expect_error(fd, "org.bridle.Refused", "reason", "bridled is being stopped");
	stage_call(fd, "org.bridle.Start", json_pack("{s:s}", "name", "web"), false);
	request = stage_receive(s);
	answer(s, &request, LINK_NOTHING, "web is running already");
	expect_message(fd, "web is running already");
	close(fd);
}

static void
reread_tells_what_changed(void **state)
{
	struct stage *s = *state;
	struct link_record request, line = link_make(LINK_LINE);
	json_t *reply;
	int fd;

	stage_start(s);
	fd = stage_connect(s);
	stage_call(fd, "org.bridle.Reread", NULL, false);
	request = stage_receive(s);
	line.id = request.id;
	line.service = UINT32_MAX;
	line.deed = DEED_REREAD;
	strcpy(line.text, "web: workers: 2 -> 4");
	stage_send(s, &line);
	answer(s, &request, LINK_DONE, "1 service changed");
	reply = stage_reply(fd);
	assert_string_equal(text_at(reply, "message"), "1 service changed");
	json_t *changes = json_object_get(json_object_get(reply, "parameters"), "changes");

	assert_string_equal(json_string_value(json_array_get(changes, 0)), "web: workers: 2 -> 4");
	json_decref(reply);
	close(fd);
}

static void
ready_waits_and_gives_up(void **state)
{
	struct stage *s = *state;
	unsigned web = running(s, "web"), api = stage_service(s, "api");
	int fd;

	stage_start(s);
	fd = stage_connect(s);
	stage_call(fd, "org.bridle.Ready", NULL, false);
	expect_message(fd, "all services are ready");
	stage_move(s, api, LIFE_STARTING, ON_START);
	stage_call(fd, "org.bridle.Ready", json_pack("{s:f}", "timeout", 0.05), false);
	expect_error(fd, "org.bridle.NotReady", "reason", "api is starting");
	stage_move(s, web, LIFE_WAITING, ON_DIED_LATER);
	stage_call(fd, "org.bridle.Ready", NULL, false);
	expect_error(fd, "org.bridle.NotReady", "reason", "; 1 more is not ready");
	stage_call(fd, "org.bridle.Ready", json_pack("{s:s, s:f}", "name", "api", "timeout", 9.0), false);
	stage_settle(s);
	stage_move(s, api, LIFE_RUNNING, ON_READY);
	expect_message(fd, "api is ready");
	stage_move(s, api, LIFE_FAILED, ON_DIED_GIVE_UP);
	stage_call(fd, "org.bridle.Ready", json_pack("{s:s}", "name", "api"), false);
	expect_error(fd, "org.bridle.NotReady", "reason", "api has failed: ");
	close(fd);
}

static void
watch_tells_moves_until_hung_up(void **state)
{
	struct stage *s = *state;
	unsigned web = stage_service(s, "web");
	json_t *reply, *event;
	int fd;

	stage_start(s);
	fd = stage_connect(s);
	stage_call(fd, "org.bridle.Watch", NULL, false);
	expect_error(fd, "org.varlink.service.ExpectedMore", NULL, NULL);
	stage_call(fd, "org.bridle.Watch", NULL, true);
	stage_settle(s);
	for (unsigned i = 0; i < 2; i++) {
		stage_move(s, web, i == 0 ? LIFE_STARTING : LIFE_RUNNING, i == 0 ? ON_START : ON_READY);
		reply = stage_reply(fd);
		assert_true(json_is_true(json_object_get(reply, "continues")));
		event = json_object_get(json_object_get(reply, "parameters"), "event");
		assert_string_equal(json_string_value(json_object_get(event, "service")), "web");
		assert_string_equal(json_string_value(json_object_get(event, "to")), i == 0 ? "starting" : "running");
		json_decref(reply);
	}
	close(fd);
}

static void
what_is_no_call_is_hung_up_on(void **state)
{
	struct stage *s = *state;
	char byte;
	int fd;

	running(s, "web");
	stage_start(s);
	fd = stage_connect(s);
	assert_int_equal(send(fd, "nonsense", 9, 0), 9);
	assert_int_equal(recv(fd, &byte, 1, 0), 0);
	close(fd);
	fd = stage_connect(s);
	stage_call(fd, "org.bridle.Nope", NULL, false);
	expect_error(fd, "org.varlink.service.MethodNotFound", "method", "org.bridle.Nope");
	stage_call(fd, "com.example.Nope", NULL, false);
	expect_error(fd, "org.varlink.service.InterfaceNotFound", "interface", "com.example");
	stage_call(fd, "org.bridle.Start", json_pack("{s:i}", "name", 3), false);
	expect_error(fd, "org.varlink.service.InvalidParameter", "parameter", "name");
	stage_call(fd, "org.bridle.Signal", json_pack("{s:s, s:s}", "name", "web", "signal", "RTMIN"), false);
	expect_error(fd, "org.bridle.Refused", "reason", "no such signal");
	close(fd);
}

static void
who_may_not_is_told_so(void **state)
{
	struct stage *s = *state;
	struct page_header *page = s->page;
	int status;
	pid_t pid;
	char path[96];

	if (getuid() != 0)
		skip();
	running(s, "web");
	snprintf(path, sizeof path, "%s/control", s->root);
	assert_int_equal(chmod(path, 0666), 0);
	assert_int_equal(chmod(s->root, 0755), 0);
	page->control_all = 1;
	stage_start(s);
	pid = fork();
	if (pid == 0) {
		alarm(5); /* a failed assertion here would go on as a second test run */
		if (setgid(65534) != 0 || setuid(65534) != 0)
			_exit(1);
		int fd = stage_connect(s);

		stage_call(fd, "org.bridle.Stop", json_pack("{s:s}", "name", "web"), false);
		json_t *reply = stage_reply(fd);
		const char *error = json_string_value(json_object_get(reply, "error"));

		if (error == NULL || strcmp(error, "org.bridle.NotAllowed") != 0)
			_exit(2);
		json_decref(reply); /* valgrind looks at the child, too */
		stage_call(fd, "org.bridle.List", NULL, false);
		reply = stage_reply(fd);
		status = json_object_get(reply, "error") == NULL ? 0 : 3;
		json_decref(reply);
		_exit(status);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* A process that behaves as a worker of Gunicorn 22 and later does: an unlinked file whose time is CLOCK_MONOTONIC's after
 * the first beat (gunicorn-facts 6.1). */
static void
play_worker(unsigned boot_ms)
{
	char path[] = "/tmp/wgunicorn-XXXXXX";
	int fd = mkstemp(path);
	struct timespec beat[2];

	prctl(PR_SET_PDEATHSIG, SIGKILL);

	unlink(path);
	usleep(boot_ms * 1000);
	clock_gettime(CLOCK_MONOTONIC, &beat[0]);
	beat[1] = beat[0];
	futimens(fd, beat);
	for (;;)
		pause();
}

/* A master with WORKERS workers. They end with it. */
static pid_t
play_master(unsigned workers, unsigned boot_ms)
{
	pid_t master = fork();

	if (master != 0) {
		setpgid(master, master); /* both do it, or who is faster may find no group to kill */
		return master;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setpgid(0, 0);
	for (unsigned i = 0; i < workers; i++)
		if (fork() == 0)
			play_worker(boot_ms);
	for (;;)
		pause();
}

static void
ready_is_said_when_workers_beat_and_not_before(void **state)
{
	struct stage *s = *state;
	unsigned web = stage_service(s, "web");
	struct page_service *record = stage_change(s, web);
	pid_t master = play_master(2, 300);
	msec begun = clock_now();
	struct link_record ready;
	json_t *reply, *workers;
	int fd;

	record->kind = PAGE_GUNICORN;
	record->wanted = record->settings.workers_min = record->settings.workers_max = 2;
	record->settings.ready_workers = 2;
	record->generation = 1;
	record->generations[0] = (struct page_generation){ .number = 1,
		.master = master,
		.started = begun,
		.state = GENERATION_BOOTING };
	record->state = LIFE_STARTING;
	record->since = begun;
	stage_changed(s, web);
	stage_start(s);
	ready = stage_receive(s);
	assert_int_equal(ready.kind, LINK_READY);
	assert_int_equal(ready.service, web);
	assert_int_equal(ready.generation, 1);
	assert_true(clock_now() - begun >= 300);
	assert_true(clock_now() - begun < 1500);
	fd = stage_connect(s);
	stage_call(fd, "org.bridle.List", json_pack("{s:s}", "name", "web"), false);
	reply = stage_reply(fd);
	workers = json_object_get(json_array_get(json_object_get(json_object_get(reply, "parameters"), "services"), 0),
		"workers");
	assert_int_equal(json_array_size(workers), 2);
	assert_true(json_is_true(json_object_get(json_array_get(workers, 0), "booted")));
	assert_true(json_integer_value(json_object_get(json_array_get(workers, 0), "rss")) > 0);
	json_decref(reply);
	close(fd);
	kill(-master, SIGKILL);
	waitpid(master, NULL, 0);
}

/* The next record that is not about the size of a service, which is told as soon as it has been weighed. */
static struct link_record
receive_request(struct stage *s)
{
	struct link_record record;

	do
		record = stage_receive(s);
	while (record.kind == LINK_SIZE);
	return record;
}

static void
too_few_workers_are_made_up_one_at_a_time(void **state)
{
	struct stage *s = *state;
	unsigned web = running(s, "web");
	struct page_service *record = stage_change(s, web);
	pid_t master = play_master(2, 0);
	struct link_record request;
	int fd;

	record->kind = PAGE_GUNICORN;
	record->wanted = record->settings.workers_min = record->settings.workers_max = 2;
	record->generations[0].master = master;
	stage_changed(s, web);
	stage_start(s);
	fd = stage_connect(s);
	stage_call(fd, "org.bridle.Scale", json_pack("{s:s, s:i, s:b}", "name", "web", "workers", 1, "by", 1), false);
	request = receive_request(s);
	assert_int_equal(request.deed, DEED_SCALE);
	assert_int_equal(request.arg, 3);
	stage_change(s, web)->wanted = 3;
	stage_changed(s, web);
	answer(s, &request, LINK_DONE, "");
	request = receive_request(s);
	assert_int_equal(request.kind, LINK_REQUEST);
	assert_int_equal(request.deed, DEED_MORE);
	assert_int_equal(request.service, web);
	/* back to two: what is seen is what is wanted, and whoever waited is told */
	stage_change(s, web)->wanted = 2;
	stage_changed(s, web);
	stage_call(fd, "org.bridle.Info", NULL, false);
	kill(-master, SIGKILL);
	waitpid(master, NULL, 0);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_ping_is_answered, stage_setup, stage_teardown),
		cmocka_unit_test_setup_teardown(list_tells_what_the_page_says, stage_setup, stage_teardown),
		cmocka_unit_test_setup_teardown(calls_are_answered_in_their_order, stage_setup, stage_teardown),
		cmocka_unit_test_setup_teardown(a_deed_that_was_quicker_than_its_answer_is_seen, stage_setup,
			stage_teardown),
		cmocka_unit_test_setup_teardown(who_did_not_last_is_no_success, stage_setup, stage_teardown),
		cmocka_unit_test_setup_teardown(what_is_under_way_is_waited_for, stage_setup, stage_teardown),
		cmocka_unit_test_setup_teardown(a_failed_boot_is_told_with_its_reason_and_log, stage_setup,
			stage_teardown),
		cmocka_unit_test_setup_teardown(a_refusal_is_passed_on, stage_setup, stage_teardown),
		cmocka_unit_test_setup_teardown(reread_tells_what_changed, stage_setup, stage_teardown),
		cmocka_unit_test_setup_teardown(ready_waits_and_gives_up, stage_setup, stage_teardown),
		cmocka_unit_test_setup_teardown(watch_tells_moves_until_hung_up, stage_setup, stage_teardown),
		cmocka_unit_test_setup_teardown(what_is_no_call_is_hung_up_on, stage_setup, stage_teardown),
		cmocka_unit_test_setup_teardown(who_may_not_is_told_so, stage_setup, stage_teardown),
		cmocka_unit_test_setup_teardown(ready_is_said_when_workers_beat_and_not_before, stage_setup,
			stage_teardown),
		cmocka_unit_test_setup_teardown(too_few_workers_are_made_up_one_at_a_time, stage_setup, stage_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
