#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "wire/recognise.h"
#include "wire/stamp.h"

static const char header[] = "[2026-11-20 15:25:49 +0000] ";

/* What is recognised, as words: "TIMEOUT/12 TERMINATED/12/9 answer/200 ValueError:file.py:7". */
static void
note(void *context, const struct recognised *what)
{
	struct text *t = context;

	text_add(t, t->len > 0 && what->kind != RECOGNISED_COMPLAINT ? " " : "");
	switch (what->kind) {
	case RECOGNISED_LINE:
		text_add(t, signatures[what->match.signature].name);
		if (what->match.pid > 0)
			text_addf(t, "/%d", what->match.pid);
		if (what->match.detail > 0)
			text_addf(t, "/%d", what->match.detail);
		break;
	case RECOGNISED_COMPLAINT: break; /* see complaints() */
	case RECOGNISED_OWN: text_addf(t, "own/%s", what->own->name); break;
	case RECOGNISED_ANSWER: text_addf(t, "answer/%d", what->match.detail); break;
	case RECOGNISED_TRACEBACK:
		text_addf(t, "%s:%s:%u", what->traceback->last.name, what->traceback->last.file,
			what->traceback->last.row);
		if (what->traceback->blocks > 1)
			text_addf(t, "<-%s", what->traceback->root.name);
		break;
	}
}

/* LOG in pieces of PIECE bytes. */
static void
recognise(char *words, size_t size, const char *log, size_t length, size_t piece)
{
	struct recogniser *r = malloc(sizeof *r);
	struct text t;

	assert_non_null(r);
	text_init(&t, words, size);
	recogniser_init(r, note, &t);
	r->copied = true;
	for (size_t at = 0; at < length; at += piece)
		recogniser_feed(r, log + at, length - at < piece ? length - at : piece);
	recogniser_end(r);
	free(r);
}

static void
expect(const char *log, const char *expected)
{
	static const size_t pieces[] = { 1, 7, 64, 1 << 20 };
	char words[1024];

	for (unsigned i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
		recognise(words, sizeof words, log, strlen(log), pieces[i]);
		if (strcmp(words, expected) != 0)
			fail_msg("in pieces of %zu: %s\nsays     \"%s\"\nexpected \"%s\"", pieces[i], log, words,
				expected);
	}
}

/* Every way in which a line reaches us says the same. */
static void
forms_of_one_line(void **state)
{
	static const char *const forms[] = {
		"[2026-11-20 15:25:49 +0000] [7] [CRITICAL] %s",
		"[2026-11-20 15:25:49] [7] [CRITICAL] %s",
		"2026-11-20 15:25:49 [7] [CRITICAL] %s",
		"[7] [CRITICAL] %s",
		"[CRITICAL] %s",
		"CRITICAL:gunicorn.error:%s",
		"2026-11-20 15:25:49,123 - gunicorn.error - CRITICAL - %s",
		"2026-11-20 15:25:49,123 CRITICAL %s",
		"[11/20/26 15:25:49] CRITICAL %s      ",
		"2026-11-20 15:25:49,123 CRITICAL glogging:222 %s",
		"2026-11-20 15:25:49,123 CRITICAL glogging:222 critical %s",
		"2026-11-20 15:25:49,123 [CRITICAL] gunicorn.error:175 critical %s",
		"1795188349.8367748 [critical ] %s        [gunicorn.error] ",
		"2026-11-20T15:25:49.123Z [critical ] %s  [gunicorn.error]",
		"[2026-11-20 15:25:49 +0000] [WEB] [7] [\xe2\x9d\x8c] - %s",
		"[WEB] [7] [\xe2\x84\xb9 ] - %s",
		"[20/Nov/2026 15:25:49] CRITICAL [gunicorn.error:12] %s",
		"[2026-11-20 15:25:49,123] CRITICAL in glogging: %s",
		"2026-11-20 15:25:49 7 CRITICAL %s",
		"[2026-11-20 15:25:49,123] {glogging.py:12} CRITICAL - %s",
		"[2026-11-20 15:25:49,123] {{glogging.py:12}} CRITICAL - %s",
		"%s",
		"    [7] [CRITICAL] %s",
		"> [7] [CRITICAL] %s",
		"web_1  | [2026-11-20 15:25:49 +0000] [7] [CRITICAL] %s",
		"web stderr | [2026-11-20 15:25:49 +0000] [7] [CRITICAL] %s",
		"15:25:49 web.1  | [2026-11-20 15:25:49 +0000] [7] [CRITICAL] %s",
		"Nov  2 15:25:49 host gunicorn[7]: [2026-11-20 15:25:49 +0000] [7] [CRITICAL] %s",
		"Nov 20 15:25:49 ip-10-0-0-1 web: [2026-11-20 15:25:49 +0000] [7] [CRITICAL] %s",
		"2026-11-20T15:25:49+0100 host bash[7]: [2026-11-20 15:25:49 +0000] [7] [CRITICAL] %s",
		"Fri 2026-11-20 15:25:49 CEST host bash[7]: [2026-11-20 15:25:49 +0000] [7] [CRITICAL] %s",
		"Fri 2026-11-20 15:25:49 +0530 host bash[7]: [2026-11-20 15:25:49 +0000] [7] [CRITICAL] %s",
		"2026-11-20T15:25:49.733619345Z stderr F [2026-11-20 15:25:49 +0000] [7] [CRITICAL] %s",
		"2026-11-20T15:25:49.206501+00:00 app[web.1]: [2026-11-20 15:25:49 +0000] [7] [CRITICAL] %s",
		"2026-11-20T15:25:49.392Z  ERROR     [2026-11-20 15:25:49 +0000] [7] [CRITICAL] %s",
		"  2026-11-20T15:25:49.50-0400 [APP/PROC/WEB/0] ERR [2026-11-20 15:25:49 +0000] [7] [CRITICAL] %s",
		"2026-11-20T15:25:49.50Z app[5683d] lhr [info] [2026-11-20 15:25:49 +0000] [7] [CRITICAL] %s",
		"<134>1 2026-11-20T15:25:49Z host app web.1 - - [2026-11-20 15:25:49 +0000] [7] [CRITICAL] %s",
		"Nov 20 03:25:49 PM  [2026-11-20 15:25:49 +0000] [7] [CRITICAL] %s",
		"2026-11-20 15:25:49.123 UTC [2026-11-20 15:25:49 +0000] [7] [CRITICAL] %s",
		"{\"log\":\"[2026-11-20 15:25:49 +0000] [7] [CRITICAL] "
		"%s\\n\",\"stream\":\"stderr\",\"time\":\"2026-11-20T15:25:49Z\"}",
		"{\"asctime\": \"2026-11-20 15:25:49\", \"levelname\": \"CRITICAL\", \"process\": 7, \"message\": "
		"\"%s\"}",
		"web-1  | {\"level\": \"critical\", \"pid\": \"7\", \"msg\": \"%s\"}",
		"{\"log\":\"{\\\"asctime\\\": \\\"2026-11-20 15:25:49\\\", \\\"levelname\\\": \\\"CRITICAL\\\", "
		"\\\"process\\\": 7, \\\"message\\\": \\\"%s\\\"}\\n\",\"stream\":\"stderr\"}",
		"[2026-11-20 15:25:49 +0000] [7] [CRITICAL] %s\r",
		/* levels of other loggers, and the time in the middle */
		"[ERROR] gunicorn.error: %s",
		"[CRITICAL] 2026-11-20 15:25:49,123 gunicorn.error: %s",
		"GUNICORN: [7] [CRITICAL] [2026-11-20 15:25:49 +0000] %s",
		"Fri, Nov 20 2026 3:25:49 pm | GUNICORN: [7] [CRITICAL] [2026-11-20 15:25:49 +0000] %s",
		"app1 gunicorn[7]: [2026-11-20 15:25:49 +0000] [7] [CRITICAL] %s",
		"machine # [   88.716974] gunicorn[7]: [2026-11-20 15:25:49 +0000] [7] [CRITICAL] %s",
		"[api]        | [2026-11-20 15:25:49 +0000] [7] [CRITICAL] %s",
		"Nov 20, 2026 @ 15:25:49.123 [2026-11-20 15:25:49 +0000] [7] [CRITICAL] %s",
		/* loguru, Django's verbose, and others with the logger's name or module */
		"2026-11-20 15:25:49.123 | CRITICAL | gunicorn.glogging:critical:222 - %s",
		"2026-11-20 15:25:49.123 | CRITICAL  | %s",
		"CRITICAL 2026-11-20 15:25:49,123 glogging 7 140123456789 %s",
		"CRITICAL 2026-11-20 15:25:49,123 glogging %s",
		"CRITICAL 2026-11-20 15:25:49,123 glogging.py 222 %s",
		"2026-11-20 15:25:49,123 glogging.py:222 CRITICAL %s",
		"2026-11-20 15:25:49,123 CRITICAL gunicorn.error[7] %s",
		"2026-11-20 15:25:49 [CRITICAL] gunicorn.error (7): %s",
		"2026-11-20 15:25:49 | MainThread | CRITICAL | glogging | %s",
		"2026-11-20 15:25:49,123 - gunicorn.error - CRITICAL - glogging - critical - %s",
		"2026-11-20 15:25:49 - root - CRITICAL - %s",
		"2026-11-20 15:25:49,123:CRITICAL:%s",
		"2026-11-20 15:25:49,123|CRITICAL|%s",
		"CRITICAL|2026-11-20 15:25:49,123|%s",
		"{\"text\": \"2026-11-20 15:25:49.1 | CRITICAL | gunicorn.glogging:critical:222 - %s\\n\", \"record\": {}}",
		"{\"severity_text\": \"CRITICAL\", \"body\": \"%s\"}",
		"{\"@timestamp\":\"2026-11-20T15:25:49.1Z\",\"log.level\":\"critical\",\"message\":\"%s\",\"process\":{\"pid\":7}}",
		/* what terminals and threads put around it */
		"`[2026-11-20 15:25:49 +0000] [7] [CRITICAL] %s`",
		"> **[2026-11-20 15:25:49 +0000] [7] [CRITICAL] %s**",
		"^C[2026-11-20 15:25:49 +0000] [7] [CRITICAL] %s",
		"\x1b[36mweb_1  |\x1b[0m [2026-11-20 15:25:49 +0000] [7] [CRITICAL] %s\x1b[0m",
		"\xe2\x94\x82 [2026-11-20 15:25:49 +0000] [7] [CRITICAL] %s      \xe2\x94\x82",
		"|   | 2026-11-20 15:25:49 | [7] [CRITICAL] %s",
		"RITICAL] %s",
		"app: gunicorn CRITICAL %s",
		"Nov 20 15:25:49 <host> gunicorn[7]: [2026-11-20 15:25:49 +0000] [7] [CRITICAL] %s",
		"app[web.1]: [2026-11-20 15:25:49 +0000] [7] [CRITICAL] %s",
		"remote:        [2026-11-20 15:25:49 +0000] [7] [CRITICAL] %s",
		"remote:        %s",
		"2026-11-20 15:25:49\tstdout\t[2026-11-20 15:25:49 +0000] [7] [CRITICAL] %s",
		"Nov 20 15:25:49Z shop app/web.1 [2026-11-20 15:25:49 +0000] [7] [CRITICAL] %s",
		"\xd8\xa3\xd8\xa8 07 15:25:49 host gunicorn[7]: [2026-11-20 15:25:49 +0000] [7] [CRITICAL] %s",
		"[2026-11-20 15:25:49 +0000] [7] [CRITICAL] %s,",
		/* colours within, with and without the byte that makes them one; what Windows puts in front of a file */
		"[2026-11-20 15:25:49 +0000] [\x1b[36m7\x1b[0m] [\x1b[0;31mCRITICAL\x1b[0m] %s\x1b[K",
		"[36mweb_1  |[0m [2026-11-20 15:25:49 +0000] [7] [[31mCRITICAL[0m] %s",
		"\xef\xbb\xbf[2026-11-20 15:25:49 +0000] [7] [CRITICAL] %s",
		/* escapes as rsyslog and cat -v write them; the blanks of a page */
		"#033[36mweb_1  |#033[0m [2026-11-20 15:25:49 +0000] [7] [CRITICAL] %s",
		"^[[36mweb_1  |^[[0m [2026-11-20 15:25:49 +0000] [7] [CRITICAL] %s",
		"web_1\xc2\xa0\xc2\xa0|\xc2\xa0[2026-11-20 15:25:49 +0000] [7] [CRITICAL]\xc2\xa0%s",
		/* a pod and its container, a task of a swarm, a stream, and a time of which half is left */
		"web-6d4cf56db6-x7k2p app %s",
		"shop_web.1.x9f0k2@node2    | %s",
		"shop web/app/0123456789abcdef0123456789abcdef %s",
		"2026-11-20T15:25:49.123000+00:00 web/app/0123456789abcdef0123456789abcdef %s",
		"Nov 20 15:25:49 web-6d4cf56db6-x7k2p app CRITICAL +0000] [7] [CRITICAL] %s",
		/* tilt, pm2, Beanstalk, Dokku, Render, a build of GitHub, Azure, units of systemd */
		"     web \xe2\x94\x82 %s",
		"a-long-na\xe2\x80\xa6\xe2\x94\x8a [2026-11-20 15:25:49 +0000] [7] [CRITICAL] %s",
		"0|shop     | %s",
		"0|shop  | 2026-11-20T15:25:49: [2026-11-20 15:25:49 +0000] [7] [CRITICAL] %s",
		"Nov 20 15:25:49 ip-10-0-0-1 web[812]: %s",
		"2026-11-20T15:25:49.123456789Z app[web.1]: %s",
		"Nov 20 03:25:49 PM  ==> %s",
		"2026-11-20T15:25:49.1234567Z %s",
		"build\tRun the tests\t2026-11-20T15:25:49.1234567Z %s",
		"build (3.12, ubuntu)\tUNKNOWN STEP\t\xef\xbb\xbf"
		"2026-11-20T15:25:49.1234567Z %s",
		"2026-11-20T15:25:49.123456789Z [2026-11-20 15:25:49 +0000] [7] [CRITICAL] %s",
		"2026-11-20 15:25:49.123 INFO  - %s",
		"Nov 20 15:25:49 host gunicorn@shop[812]: %s",
		"Nov 20 15:25:49 host (gunicorn)[812]: %s",
		"Nov 20 15:25:49 host my\\x2dshop+[812]: %s",
		/* what lists lines: grep, cat -n, nl, editors */
		"12:%s",
		"12-%s",
		"shop.log:%s",
		"/var/log/shop.log.1:12:%s",
		"shop.err-12-%s",
		"    12\t%s",
		"    12  %s",
		"12 [7] [CRITICAL] %s",
		" 12 | %s",
		"12. %s",
		"1795188349123\t%s",
		/* records of clouds, and lines as elements of a list */
		"{\"message\":\"%s\",\"attributes\":{\"level\":\"error\"},\"severity\":\"error\"}",
		"{\"insertId\":\"x\",\"textPayload\":\"%s\",\"severity\":\"ERROR\"}",
		"{\"insertId\":\"x\",\"jsonPayload\": {\"message\":\"%s\",\"severity\":\"CRITICAL\"}}",
		"{\"_index\":\"x\",\"_source\":{\"message\":\"{\\\"level\\\":\\\"error\\\",\\\"msg\\\":\\\"%s\\\"}\"}}",
		"{\"date\":\"2026-11-20T15:25:49Z\",\"content\":\"%s\"}",
		/* keys of messages, one of each length that there is */
		"{\"Log\":\"%s\",\"x\":1}",
		"{\"x\":{\"log\":\"no\"},\"line\":\"%s\"}",
		"{\"\":\"\",\"event\":\"%s\"}",
		"{\"x\\\"y\":[\"\\\\\"],\"MESSAGE\":\"%s\"}",
		"textPayload: '[2026-11-20 15:25:49 +0000] [7] [CRITICAL] %s'",
		"textPayload: %s",
		"        \"[2026-11-20 15:25:49 +0000] [7] [CRITICAL] %s\",",
	};
	char log[512];
	struct text t;

	(void)state;
	for (unsigned i = 0; i < sizeof forms / sizeof forms[0]; i++) {
		const char *hole = strstr(forms[i], "%s");

		text_init(&t, log, sizeof log);
		text_addn(&t, forms[i], (size_t)(hole - forms[i]));
		text_addf(&t, "WORKER TIMEOUT (pid:12)%s\n", hole + 2);
		expect(log, "TIMEOUT/12");
	}
}

static void
lines(void **state)
{
	static const struct {
		const char *line, *says; /* after the time */
	} cases[] = {
		{ "[7] [INFO] Booting worker with pid: 7", "BOOTING/7" },
		{ "[7] [INFO] Worker exiting (pid: 7)", "EXITING/7" },
		{ "[1] [WARNING] Worker with pid 7 was terminated due to signal 9", "TERMINATED/7/9" },
		{ "[1] [ERROR] Worker (pid:7) was sent SIGKILL! Perhaps out of memory?", "SENT_KILL/7" },
		{ "[1] [INFO] Worker (pid:7) was sent SIGTERM!", "SENT_TERM/7" },
		{ "[1] [ERROR] Worker (pid:7) was sent code 139!", "SENT_CODE/7/139" },
		{ "[1] [ERROR] Worker (pid:7) exited with code 3", "EXITED/7/3" },
		{ "[1] [ERROR] Worker (pid:7) exited with code 3.", "EXITED_STOP/7/3" },
		{ "[7] [INFO] 10.0.0.1 - - \"GET /a HTTP/1.1\" 200 91 \"-\" \"x\"", "answer/200" },
		{ "[1] [INFO] Shutting down: Master", "SHUTTING_DOWN" },
		{ "[1] [ERROR] Connection in use: ('0.0.0.0', 8000)", "IN_USE" },
		{ "[1] [ERROR] connection to /run/a.sock failed: [Errno 13] Permission denied", "BIND_DENIED" },
		{ "[1] [INFO] Worker reloading: /srv/app with blanks.py modified", "RELOADING" },
		/* who says it, about whom, at which level */
		{ "[7] [INFO] Booting worker with pid: 8", "" },
		{ "[7] [CRITICAL] WORKER TIMEOUT (pid:7)", "" },
		{ "[1] [INFO] WORKER TIMEOUT (pid:7)", "" },
		{ "[1] [ERROR] Handling signal: term", "" },
		/* only mentioned, or longer */
		{ "[1] [CRITICAL] saw WORKER TIMEOUT (pid:7)", "" },
		{ "[1] [CRITICAL] WORKER TIMEOUT (pid:7) again", "" },
		/* the number was taken out, and who is named was not */
		{ "[1] [CRITICAL] WORKER TIMEOUT (pid:seven)", "TIMEOUT_ANON" },
		{ "[XX] [CRITICAL] WORKER TIMEOUT", "TIMEOUT_BARE" },
		{ "[1] [ERROR] Worker (pid:<pid>) exited with code 3.", "EXITED_3_ANON" },
		{ "[1] [ERROR] Worker (pid:<pid>) exited with code 31.", "" },
		{ "[7] [ERROR] Worker (pid:7) exited with code 3.", "" },
		{ "[7] [ERROR] Worker (pid:7) was sent SIGKILL!", "" },
		{ "[1] [ERROR] Worker (pid:7) was sent SIGKILL!", "SENT_KILL/7" },
		{ "[1] [ERROR] Worker was sent SIGKILL! Perhaps out of memory?", "SENT_KILL_ANON" },
		{ "[1] [INFO] Handling signal: terminal", "" },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char log[256];
		struct text t;

		text_init(&t, log, sizeof log);
		text_addf(&t, "%s%s\n", header, cases[i].line);
		expect(log, cases[i].says);
	}
}

/* Once Gunicorn's header was seen, a line without it is the application's. */
static void
an_application_that_quotes(void **state)
{
	(void)state;
	expect("[2026-11-20 15:25:49 +0000] [1] [INFO] Starting gunicorn 26.1.0\n"
	       "WORKER TIMEOUT (pid:7)\n"
	       "[INFO] Handling signal: term\n"
	       "INFO:shop:Worker exiting (pid: 7)\n"
	       "2026-11-20 15:25:49,123 - shop - INFO - Worker exiting (pid: 7)\n"
	       "`WORKER TIMEOUT (pid:7)`\n"
	       "| WORKER TIMEOUT (pid:7)\n"
	       "RITICAL] WORKER TIMEOUT (pid:7)\n"
	       "10.0.0.1 - - [31/Jan/2019:10:14:01 +0000] \"GET /WORKER%20TIMEOUT%20(pid:7) HTTP/1.0\" 404 167\n"
	       "[2026-11-20 15:25:49 +0000] [7] [INFO] shop: [CRITICAL] WORKER TIMEOUT (pid:7)\n"
	       "[2026-11-20 15:25:49 +0000] [7] [ERROR] mail says \"WORKER TIMEOUT (pid:7)\"\n",
		"STARTING_RELEASE/26/1 answer/404");
}

/* What nobody knows but the shipper is learnt from Gunicorn's header, and left out where there is none. */
static void
a_prefix_of_its_own(void **state)
{
	(void)state;
	expect("web-7d4f x [2026-11-20 15:25:49 +0000] [7] [ERROR] Exception in worker process\n"
	       "web-7d4f x Traceback (most recent call last):\n"
	       "web-8d5f x   File \"/a.py\", line 4, in b\n"
	       "web-7d4f x MemoryError\n",
		"WORKER_EXCEPTION MemoryError:/a.py:4");
	expect("ERR | [7] [CRITICAL] WORKER TIMEOUT (pid:12)\n", "TIMEOUT/12");
	expect("3 ! ModuleNotFoundError: No module named 'a'\n", "ModuleNotFoundError::0");
	expect("shop June 15, 2026, 18:44 [2026-06-15 18:44:01 +0000] [7] [CRITICAL] WORKER TIMEOUT (pid:12)\n", "TIMEOUT/12");
	/* somebody who tells of it */
	expect("it said [CRITICAL] WORKER TIMEOUT (pid:12)\n", "");
	expect("line 5: [7] [CRITICAL] WORKER TIMEOUT (pid:12)\n", "");
	expect("5 of them, said [7] [CRITICAL] WORKER TIMEOUT (pid:12)\n", "");
	expect("at 5, said [7] [CRITICAL] WORKER TIMEOUT (pid:12)\n", "");
	expect("5 \"[7] [CRITICAL] WORKER TIMEOUT (pid:12)\n", "");
	expect("[2026-11-20 15:25:49 +0000] [1] [INFO] Handling signal: hup\n5 x [7] [CRITICAL] WORKER TIMEOUT "
	       "(pid:12)\n",
		"SIGNAL_HUP");
	expect("it raised ModuleNotFoundError: No module named 'a'\n", "");
}

/* Numbers, names and quotes that are part of what is said. */
static void
nothing_in_front(void **state)
{
	static const char *const lines[] = {
		"12 WORKER TIMEOUT (pid:7)",
		"12 - WORKER TIMEOUT (pid:7)",
		"12-13-WORKER TIMEOUT (pid:7)",
		"shop.log WORKER TIMEOUT (pid:7)",
		"shop.py:12:WORKER TIMEOUT (pid:7)",
		"he\tsaid\tWORKER TIMEOUT (pid:7)",
		"\"WORKER TIMEOUT (pid:7)\" it said",
		"\"WORKER TIMEOUT (pid:7)",
		"=> WORKER TIMEOUT (pid:7)",
		"payload: WORKER TIMEOUT (pid:7)",
		"{\"attributes\":{\"message\":\"WORKER TIMEOUT (pid:7)\"}}",
	};

	(void)state;
	for (unsigned i = 0; i < sizeof lines / sizeof lines[0]; i++)
		expect(lines[i], "");
}

static void
foreign_lines(void **state)
{
	(void)state;
	expect("[ 4412.006670] Out of memory: Killed process 20154 (gunicorn) total-vm:38kB\n", "OOM_KILLED/20154");
	expect("Nov 20 15:25:49 host kernel: [ 4412.006670] Memory cgroup out of memory: Killed process 7 (gunicorn) "
	       "x\n",
		"OOM_CGROUP/7");
	expect("2022/10/19 19:35:51 [crit] 31398#31398: *9404 connect() to unix:/run/g.sock failed (13: Permission "
	       "denied) "
	       "while connecting to upstream, client: x\n",
		"PROXY_DENIED");
	expect("2022/10/19 19:35:51 [error] 3#3: *4 connect() failed (111: Connection refused) while connecting to "
	       "upstream, x\n",
		"PROXY_REFUSED");
	expect("2022/10/19 19:35:51 [error] 3#3: *4 connect() failed (111: Unknown error) while connecting to upstream, x\n",
		"PROXY_REFUSED");
	expect("2022/10/19 19:35:51 [error] 3#0: *4 kevent() reported that connect() failed (61: Connection refused) while "
	       "connecting to upstream, x\n",
		"PROXY_REFUSED_BSD");
	expect("[Fri Nov 20 15:25:49.1234 2026] [proxy:error] [pid 9:tid 140] (111)Connection refused: AH00957: HTTP: "
	       "attempt to connect to 127.0.0.1:8000 failed\n",
		"APACHE_REFUSED");
	expect("2022/10/19 19:35:51 [error] 3#3: *4 no live upstreams while connecting to upstream, client: x\n",
		"PROXY_NONE_LIVE");
	expect("2026-11-20T15:25:49.1+00:00 heroku[router]: at=error code=H12 desc=\"Request timeout\" method=GET\n",
		"HEROKU_TIMEOUT");
	expect("[ 4412.006670] gunicorn[99]: segfault at b0 ip 00007f sp 00007f error 4 in x.so[7f+2]\n",
		"SEGFAULT/99");
	expect("Nov 20 15:25:49 host kernel: [ 4412.0] python3[99]: segfault at b0 ip 00007f sp 0 error 6\n",
		"SEGFAULT/99");
	expect("Nov 20 15:25:49 host kernel: traps: python3[99] trap invalid opcode ip:7f sp:7f error:0\n", "TRAP/99");
	expect("Fatal Python error: Segmentation fault\n", "FAULT_SEGV");
	expect("./serve: line 7: 104 Segmentation fault: 11  $(command -v gunicorn) shop:app\n", "SHELL_SEGV_LINE/104");
	/* a program is named once: what follows it looks like a host and another one */
	expect("Nov 20 15:25:49 h podman[8]: OpenBLAS blas_thread_init: pthread_create failed for thread 6 of 8: x\n",
		"NO_THREAD");
	expect("Nov 20 15:25:49 h kernel: [ 4412.006670] Out of memory: Killed pr\n", "OOM_KILL_TORN");
	expect("Memory limit of 512 MiB exceeded with 530 MiB used. Consider more.\n", "OOM_CLOUD_RUN");
	expect("gunicorn: error: unrecognized arguments: --tiemout 3\n", "ARGUMENTS_OTHER");
	expect("usage: gunicorn [-h] [--model MODEL]\n", "USAGE_PARSER");
	expect("level=ERROR ts=2026-11-20 15:25:49,952 line=253 message=Internal Server Error: /a\n", "DJANGO_ERROR");
	expect("time=2026-11-20T15:25:49Z level=error msg=\"WORKER TIMEOUT (pid:12)\"\n", "TIMEOUT/12");
	expect("time=2026-11-20T15:25:49Z level=error msg=\"WORKER TIMEOUT (pid:12)\" logger=gunicorn.error\n", "TIMEOUT/12");
	expect("severity=CRITICAL ts=2026-11-20T15:25:49Z event=\"WORKER TIMEOUT (pid:12)\" pid=1\n", "TIMEOUT/12");
	expect("2026-11-20 15:25:49,123 CRITICAL: MainProcess[1] WORKER TIMEOUT (pid:12)\n", "TIMEOUT/12");
	/* a value that quotes says something else */
	expect("level=error msg=\"it said \\\"WORKER TIMEOUT (pid:12)\\\"\" a=1\n", "");
	expect("level=error msg=\"WORKER TIMEOUT (pid:12)\", he said\n", "");
	expect("[2026-11-20 15:25:49,123] ERROR in app: Exception on /a/b [GET]\n", "FLASK_ERROR");
	expect("Nov 20 15:25:49 10.0.0.1 gunicorn[7]: OSError: [Errno 24] Too many open files\n", "OSError::0");
	expect("usage: gunicorn [OPTIONS] [APP_MODULE]\n", "USAGE");
	expect("Usage: gunicorn [OPTIONS] [APP_MODULE]\n", "USAGE_OLD");
	expect("Usage: gunicorn [options]\n", "USAGE_OPTPARSE");
	expect("gunicorn: error: no such option: -c\n", "NO_OPTION");
	expect("Nov 20 15:25:49 shop heroku/web.1 Stopping all processes with SIGTERM\n", "PLATFORM_STOP");
	expect("2026-11-20T15:25:49.1Z A P P   S E R V I C E   O N   L I N U X\n", "PLATFORM_BANNER");
	expect("Failed to find application: 'shop'\n", "NO_OBJECT");
	expect("heroku[web.1]: Process exited with status 3\n", "ENDED_BOOT_HEROKU");
	expect("2026-11-20 15:25:49,123 INFO exited: shop (exit status 3; not expected)\n", "ENDED_BOOT_SUPERVISOR");
	expect("Nov 20 15:25:49 h systemd[1]: shop.service: Main process exited, code=exited, status=4/NOPERMISSION\n",
		"ENDED_APP");
	expect("Nov 20 15:25:49 h systemd[1]: shop.service: Main process exited, code=exited, status=1/FAILURE\n",
		"ENDED_START");
	expect("   Main PID: 7 (code=exited, status=3)\n", "ENDED_STATUS/7/3");
	expect("Container called exit(3).\n", "ENDED_CLOUD_RUN/3");
	expect("==> Exited with status 1\n", "ENDED_RENDER/1");
	expect("==> Exited with status 1 while running your code. Read our docs\n", "ENDED_RENDER_RUN/1");
	expect("2026-11-20T15:25:49Z app[6d1] lhr [info] INFO Main child exited normally with code: 1\n",
		"ENDED_FLY/1");
	expect("==> Port scan timeout reached, no open ports detected. Bind your service to at least one port.\n",
		"RENDER_WAITED");
	expect("2026-11-20T15:25:49.123Z ERROR - Container shop_0_17 for site shop has exited, failing site start\n",
		"AZURE_LEFT");
	expect("shop-web: [2026-11-20 15:25:49 +0000] [10] [INFO] Using worker: sync\n", "USING");
	expect("Nov 20 15:25:49 h systemd[1]: shop.service: Main process exited, code=exited, status=203/EXEC\n",
		"NOT_RUN_EXEC");
	expect("app[web.1]: bash: line 1: gunicorn: command not found\n", "NO_PROGRAM_LINE");
	expect("/bin/sh: 1: gunicorn: not found\n", "NO_PROGRAM_SH");
	expect("web-1  | sh: gunicorn: not found\n", "NO_PROGRAM_BUSYBOX");
	expect("/srv/start.sh: line 7: exec: gunicorn: not found\n", "NO_PROGRAM_EXECUTED");
	expect("/srv/start.sh: line 7: exec: celery: not found\n", "");
	expect("[2026-11-20 15:25:49,094] {{cli.py:7}} DEBUG - [0 / 4] some workers are starting up, waiting...\n",
		"AIRFLOW_NONE_OLD/4");
	expect("[2026-11-20 15:25:49,094] {webserver_command.py:7} DEBUG - [0 / 4] Some workers are starting up, waiting...\n",
		"AIRFLOW_NONE/4");
	expect("[2026-11-20 15:25:49,094] {webserver_command.py:7} DEBUG - [1 / 4] Some workers are starting up, waiting...\n",
		"AIRFLOW_SOME/4");
	expect("[2026-11-20 15:25:49,094] {{cli.py:7}} DEBUG - [1 / 4] some workers are starting up, waiting...\n",
		"AIRFLOW_SOME_OLD/4");
	expect("/srv/start.sh: exec: line 7: /v/bin/gunicorn: Operation not permitted\n", "NOT_RUN_BUSYBOX");
	expect("psql: error: connection to server at \"db\" (10.0.0.2), port 5432 failed: Connection refused\n", "WAIT_PSQL");
	expect("psql: error: could not connect to server: could not connect to server: Connection refused\n", "WAIT_PSQL_OLD");
	expect("psql: could not translate host name \"db\" to address: Name or service not known\n", "WAIT_PSQL_HOST");
	expect("web-1  | db:5432 - no response\n", "WAIT_PG_READY");
	expect("mysqladmin: connect to server at 'db' failed\n", "WAIT_MYSQLADMIN");
	expect("nc: getaddrinfo for host \"db\" port 5432: Name or service not known\n", "WAIT_NETCAT");
	expect("web_1  | nc: bad address 'db'\n", "WAIT_BUSYBOX");
	expect("wait-for-it.sh: timeout occurred after waiting 15 seconds for db:5432\n", "WAIT_FOR_IT");
	expect("2026/11/20 15:25:49 Problem with dial: dial tcp: lookup db: no such host. Sleeping 1s\n", "WAIT_DOCKERIZE");
	expect("web_1  | Postgres is unavailable - sleeping\n", "WAIT_SLEEPING");
	expect("the database is unavailable - sleeping\n", "");
	expect("/srv/start.sh: exec: line 7: /v/bin/gunicorn: Permission denied\n", "NOT_RUN_BUSYBOX");
	expect("/srv/start.sh: exec: line 7: gunicorn: not found\n", "NO_PROGRAM_BUSYBOX_EXEC");
	expect("/srv/start.sh: exec: line 7: celery: not found\n", "");
	expect("Nov 20 15:25:49 h systemd[9]: shop.service: Failed at step NAMESPACE spawning /v/bin/gunicorn: No such file or "
	       "directory\n",
		"NOT_RUN_STEP");
	expect("Nov 20 15:25:49 h systemd[9]: shop.service: Failed at step EXEC spawning /v/bin/gunicorn: No such file or directory\n",
		"NO_PROGRAM_STEP");
	expect("Nov 20 15:25:49 h systemd[9]: shop.service: Failed at step EXEC spawning gunicorn: No such file or directory\n",
		"NO_PROGRAM_STEP_BARE");
	expect("Nov 20 15:25:49 h systemd[9]: shop.service: Failed at step EXEC spawning gunicorn: Permission denied\n",
		"NOT_RUN_STEP_BARE");
	expect("[/etc/systemd/system/shop.service:9] Executable path is not absolute, ignoring: pkill -HUP -f gunicorn shop:app\n",
		"");
	expect("Nov 20 15:25:49 h systemd[9]: shop.service: Failed at step USER spawning /v/bin/celery: No such process\n",
		"");
	expect("[/etc/systemd/system/shop.service:7] Executable path is not absolute, ignoring: gunicorn shop:app\n",
		"NOT_RUN_PATH_OLD");
	expect("Nov 20 15:25:49 h systemd[1]: /etc/systemd/system/shop.service:7: Executable path is not absolute: gunicorn shop:app\n",
		"NOT_RUN_PATH");
	expect("Error response from daemon: runc: exec: \"gunicorn\": executable file not found in $PATH: unknown\n",
		"NO_PROGRAM_DOCKER");
	expect("Error response from daemon: runc: exec: \"/v/bin/gunicorn\": stat /v/bin/gunicorn: no such file or "
	       "directory: unknown\n",
		"NO_PROGRAM_FILE");
	expect("ERROR: for web  Cannot start service web: x: \"exec: \\\"/v/bin/gunicorn\\\": stat /v/bin/gunicorn: no such "
	       "file or directory\"\n",
		"NO_PROGRAM_COMPOSE_FILE");
	expect("ERROR: for web  Cannot start service web: x: \"exec: \\\"gunicorn\\\": executable file not found in $PATH\"\n",
		"NO_PROGRAM_COMPOSE");
	expect("Error: failed to start container \"web\": x: exec: \"gunicorn\": executable file not found in $PATH\n",
		"NO_PROGRAM_POD");
	expect("ERROR: for db  Cannot start service db: x: \"exec: \\\"postgres\\\": executable file not found in $PATH\"\n",
		"");
	expect("/srv/bin/python: error while loading shared libraries: libpython3.8.so.1.0: cannot open shared object "
	       "file\n",
		"NO_LIBRARY");
	expect("Error loading shared library libpython2.7.so.1.0: No such file or directory (needed by /v/bin/gunicorn)\n",
		"NO_LIBRARY_MUSL");
	expect("2026-11-20 15:25:49,123 INFO spawnerr: can't find command '/srv/shop/bin/gunicorn'\n",
		"NO_PROGRAM_SUPERVISOR");
	expect("/srv/shop/bin/python: No module named gunicorn\n", "NO_PROGRAM_MODULE");
	expect("bash: celery: command not found\n", "");
	/* the same words of a database, about another connection */
	expect("connection to /run/g.sock failed: [Errno 2] No such file or directory\n", "BIND_OTHER/2");
	expect("connection to server at \"db\" (::1), port 5432 failed: Connection refused\n", "");
	expect("10.0.0.1 - - [31/Jan/2019:10:14:01 +0000] \"GET / HTTP/1.0\" 504 167 \"-\" \"ab\"\n", "answer/504");
	expect("10.0.0.1 - - [31/Jan/2019:10:14:01 +0000] \"GET / HTTP/1.0\" 5040 167\n", "answer/504");
}

/* Whoever asked: a number and a colon is not grep's where an address begins so, and a clock is no address. */
static void
clients_of_access_lines(void **state)
{
	static const char asked[] = "[31/Jan/2019:10:14:01 +0000] \"GET / HTTP/1.0\" 504 167 \"-\" \"ab\"\n";
	static const struct {
		const char *before, *says;
	} cases[] = {
		{ "- - - ", "answer/504" },
		{ "- - ann ", "answer/504" },
		{ "::1 - - ", "answer/504" },
		{ "2001:db8:4::17 - - ", "answer/504" },
		{ "2001:db8:4:1:2:3:4:5 - ann ", "answer/504" },
		{ "fd00:4::17 - - ", "answer/504" },
		{ "::ffff:10.0.0.17 - - ", "answer/504" },
		{ "web_1  | fd00:4::17 - - ", "answer/504" },
		{ "Nov 20 15:25:49 app1 gunicorn[4711]: 2001:db8:4::17 - - ", "answer/504" },
		{ "ab:cd:ef - - ", "" },
		{ "a::b::c: ", "" },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char log[256];
		struct text t;

		text_init(&t, log, sizeof log);
		text_addf(&t, "%s%s", cases[i].before, asked);
		expect(log, cases[i].says);
	}
	expect("15:25:49 - [7] [INFO] Booting worker with pid: 7\n", "BOOTING/7");
	expect("\"[2026-11-20 15:25:49 +0000] [7] [INFO] Booting worker with pid: 7\"\n", "BOOTING/7");
}

/* The user's own lines, whoever says them; beside what we know of them. */
static void
own_lines(void **state)
{
	static const struct signature_own own[] = {
		{ "shop.locked", "ledger %s is locked by %d", 2 },
		{ "shop.any", "%*no license%*", 2 },
		{ "shop.stop", "Handling signal: %s", 6 },
		{ "shop.number", "3 %*", 2 },
	};
	static const char log[] = "[2026-11-20 15:25:49 +0000] [1] [INFO] Handling signal: hup\n"
				  "2026-11-20 15:25:49,123 ERROR ledger x is locked by 41\n"
				  "shop: no license to be had\n"
				  "ledger x is locked by 41 again\n"
				  "3 of them\n";
	struct recogniser *r = malloc(sizeof *r);
	char words[256];
	struct text t;

	(void)state;
	assert_non_null(r);
	text_init(&t, words, sizeof words);
	recogniser_init(r, note, &t);
	recogniser_know(r, own, 4);
	recogniser_feed(r, log, sizeof log - 1);
	recogniser_end(r);
	free(r);
	assert_string_equal(words, "own/shop.stop SIGNAL_HUP own/shop.locked own/shop.any own/shop.number");
}

static void
count_complaint(void *context, const struct recognised *what)
{
	unsigned *count = context;

	*count += what->kind == RECOGNISED_COMPLAINT;
}

/* What nobody knows is kept in mind only where Gunicorn's own header calls it an error. */
static void
complaints(void **state)
{
	static const struct {
		const char *line;
		unsigned count;
	} cases[] = {
		{ "[2026-11-20 15:25:49 +0000] [7] [ERROR] the flux is low\n", 1 },
		{ "[2026-11-20 15:25:49 +0000] [7] [CRITICAL] the flux is low\n", 1 },
		{ "[2026-11-20 15:25:49 +0000] [7] [CRITICAL] WORKER TIMEOUT (pid:8)\n", 0 },
		{ "[2026-11-20 15:25:49 +0000] [7] [WARNING] the flux is low\n", 0 },
		{ "[2026-11-20 15:25:49,123] ERROR in app: the flux is low\n", 0 },
	};
	struct recogniser *r = malloc(sizeof *r);

	(void)state;
	assert_non_null(r);
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		unsigned count = 0;

		recogniser_init(r, count_complaint, &count);
		recogniser_feed(r, cases[i].line, strlen(cases[i].line));
		recogniser_end(r);
		if (count != cases[i].count)
			fail_msg("%s: %u", cases[i].line, count);
	}
	free(r);
}

static const char block[] = "Traceback (most recent call last):\n"
			    "  File \"/srv/app.py\", line 4, in load\n"
			    "    return json.loads(bad)\n"
			    "ValueError: bad: worse\n";

static void
tracebacks(void **state)
{
	char log[2048];
	struct text t;

	(void)state;
	expect(block, "ValueError:/srv/app.py:4");
	text_init(&t, log, sizeof log);
	text_addf(&t,
		"%s\nThe above exception was the direct cause of the following exception:\n\nTraceback (most recent "
		"call last):\n"
		"  File \"/srv/wsgi.py\", line 9, in <module>\n    x\nshop.errors.Broken: no\n%s[7] [INFO] Worker "
		"exiting (pid: 7)\n",
		block, header);
	expect(log, "shop.errors.Broken:/srv/wsgi.py:9<-ValueError EXITING/7");
	/* two that have nothing to do with each other */
	text_init(&t, log, sizeof log);
	text_addf(&t, "%s%s", block, block);
	expect(log, "ValueError:/srv/app.py:4 ValueError:/srv/app.py:4");
	/* what is frozen into Python has no file to look into; unless that is all there is */
	expect("Traceback (most recent call last):\n  File \"/srv/app.py\", line 2, in <module>\n    key = os.environ[\"KEY\"]\n"
	       "  File \"<frozen os>\", line 679, in __getitem__\nKeyError: 'KEY'\n",
		"KeyError:/srv/app.py:2");
	expect("Traceback (most recent call last):\n  File \"<frozen runpy>\", line 88, in _run_code\nKeyError: 'KEY'\n",
		"KeyError:<frozen runpy>:88");
	/* where a worker was when its time was over, not the handler in which Gunicorn ends it; unless that is all there is */
	expect("  File \"/srv/app.py\", line 4, in load\n    x\n"
	       "  File \"/v/gunicorn/workers/base.py\", line 200, in handle_abort\n    sys.exit(1)\nSystemExit: 1\n",
		"SystemExit:/srv/app.py:4");
	expect("  File \"/v/gunicorn/workers/base.py\", line 200, in handle_abort\n    sys.exit(1)\nSystemExit: 1\n",
		"SystemExit:/v/gunicorn/workers/base.py:200");
	/* torn by a terminal within a path */
	expect("Traceback (most recent call last):\n  File \"/venv/lib/pytho\nn3.9/shop.py\", line 4, in load\n    x\nA: b\n",
		"A:n3.9/shop.py:4");
	expect("  File \"/venv/lib/pytho\n    x\nn3.9/shop.py\", line 4, in load\n", "");
	/* the message of a logger */
	expect("[2026-11-20 15:25:49 +0000] [7] [ERROR] Traceback (most recent call last):\n"
	       "  File \"/srv/app.py\", line 4, in load\n    x\nshop.Broken: no\n",
		"shop.Broken:/srv/app.py:4");
	/* head or tail cut off, indentation lost, a shipper's prefix */
	expect("  File \"/srv/app.py\", line 4, in load\n    x\nKeyError: 'A'\n", "KeyError:/srv/app.py:4");
	expect("  File \"/srv/app.py\", line 4, in load\n    x\nshop.Broken: no\n", "shop.Broken:/srv/app.py:4");
	expect("File \"/srv/app.py\", line 4, in load\nx\nshop.Broken: no\n", ":/srv/app.py:4");
	expect("  File \"/srv/app.py\", line 4, in load\n    x\nMessage: 'no'\nArguments: ()\n", ":/srv/app.py:4");
	expect("Traceback (most recent call last):\n  File \"/srv/app.py\", line 4, in load\n", ":/srv/app.py:4");
	expect("ERR Traceback (most recent call last):\nERR File \"/a.py\", line 4, in load\nERR x.y()\nERR "
	       "ImportError: no\n",
		"ImportError:/a.py:4");
	expect("Nov 20 15:25:49 h g[7]: Traceback (most recent call last):\nNov 20 15:25:49 h g[7]:   File \"/a.py\", "
	       "line 4, in "
	       "b\nNov 20 15:25:49 h g[7]: MemoryError\n",
		"MemoryError:/a.py:4");
	/* between its lines those of other containers and programs; each line twice */
	expect("web-1  | Traceback (most recent call last):\nweb-1  |   File \"/a.py\", line 4, in b\ndb-1   | FATAL:  no such role\n"
	       "web-1  |     c()\nweb-1  | shop.Broken: x\n",
		"shop.Broken:/a.py:4");
	expect("Nov 20 15:25:49 h g[7]: Traceback (most recent call last):\nNov 20 15:25:49 h g[7]:   File \"/a.py\", line 4, in b\n"
	       "Nov 20 15:25:49 h cron[8]: root: 12 mails\nNov 20 15:25:49 h g[9]: MemoryError\n",
		"MemoryError:/a.py:4");
	/* dynos, pods and streams are of one kind with containers */
	expect("2026-11-20T15:25:49+00:00 app[web.1]: Traceback (most recent call last):\n"
	       "2026-11-20T15:25:49+00:00 app[web.1]:   File \"/a.py\", line 4, in b\n"
	       "2026-11-20T15:25:49+00:00 app[worker.1]: MemoryError\n2026-11-20T15:25:49+00:00 app[web.1]: shop.Broken: x\n",
		"shop.Broken:/a.py:4");
	expect("Nov 20 15:25:49 h heroku/web.1 Traceback (most recent call last):\n"
	       "Nov 20 15:25:49 h heroku/web.1   File \"/a.py\", line 4, in b\n"
	       "Nov 20 15:25:49 h heroku/worker.1 MemoryError\nNov 20 15:25:49 h heroku/web.1 shop.Broken: x\n",
		"shop.Broken:/a.py:4");
	expect("[pod/web-1/web] Traceback (most recent call last):\n[pod/web-1/web]   File \"/a.py\", line 4, in b\n"
	       "[pod/web-2/web] MemoryError\n[pod/web-1/web] shop.Broken: x\n",
		"shop.Broken:/a.py:4");
	expect("2026-11-20T15:25:49 web/app/0123456789abcdef0123456789abcdef Traceback (most recent call last):\n"
	       "2026-11-20T15:25:49 web/app/0123456789abcdef0123456789abcdef   File \"/a.py\", line 4, in b\n"
	       "2026-11-20T15:25:49 web/app/1123456789abcdef0123456789abcdef MemoryError\n"
	       "2026-11-20T15:25:49 web/app/0123456789abcdef0123456789abcdef shop.Broken: x\n",
		"shop.Broken:/a.py:4");
	expect("Traceback (most recent call last):\nTraceback (most recent call last):\n  File \"/a.py\", line 4, in b\n"
	       "  File \"/a.py\", line 4, in b\n    c()\n    c()\nKeyError: 'A'\nKeyError: 'A'\n",
		"KeyError:/a.py:4");
	/* Elastic's */
	expect("{\"log.level\":\"error\",\"message\":\"Exception in worker process\",\"error\":{\"type\":\"ValueError\","
	       "\"stack_trace\":\"Traceback (most recent call last):\\n  File \\\"/a.py\\\", line 3, in f\\nValueError: x\"}}\n",
		"WORKER_EXCEPTION ValueError:/a.py:3");
	expect("{\"log.level\":\"error\",\"message\":\"Exception in worker process\",\"error\":\"ValueError\"}\n",
		"WORKER_EXCEPTION");
	expect("{\"level\":\"ERROR\",\"message\":\"Exception in worker process\",\"exc_info\":\"Traceback (most recent "
	       "call "
	       "last):\\n  File \\\"/a.py\\\", line 4, in b\\nKeyError: 'A'\"}\n",
		"WORKER_EXCEPTION KeyError:/a.py:4");
	/* what came from stderr is an error to a shipper, which says nothing of who wrote it */
	expect("{\"textPayload\":\"Failed to find attribute 'app' in 'main'.\",\"severity\":\"ERROR\"}\n",
		"NO_ATTRIBUTE");
	expect("{\"message\":\"Failed to find attribute 'app' in 'main'.\",\"level\":\"ERROR\"}\n", "");
	/* a stack as records of a line each: it is no logger that writes so, and the level is a platform's */
	expect("{\"level\":\"error\",\"message\":\"Traceback (most recent call last):\"}\n"
	       "{\"level\":\"error\",\"message\":\"  File \\\"/a.py\\\", line 4, in b\"}\n"
	       "{\"level\":\"error\",\"message\":\"shop.Broken: no\"}\n",
		"shop.Broken:/a.py:4");
	expect("7:Traceback (most recent call last):\n8:  File \"/a.py\", line 4, in b\n9-shop.Broken: no\n",
		"shop.Broken:/a.py:4");
	expect("    9\tTraceback (most recent call last):\n   10\t  File \"/a.py\", line 4, in b\n   11\tshop.Broken: no\n",
		"shop.Broken:/a.py:4");
	expect("web \xe2\x94\x82 Traceback (most recent call last):\nweb \xe2\x94\x82   File \"/a.py\", line 4, in b\n"
	       "web \xe2\x94\x82 shop.Broken: no\n",
		"shop.Broken:/a.py:4");
	/* its newlines written out, in one line */
	expect("Unhandled exception in main loop\\nTraceback (most recent call last):\\n  File \\\"/a.py\\\", line 4, "
	       "in "
	       "b\\n    c()\\nOSError: [Errno 12] Cannot allocate memory\n",
		"MAIN_LOOP OSError:/a.py:4");
	expect("Nov 20 15:25:49 h g[7]: Exception in worker process#012Traceback (most recent call last):#012  File "
	       "\"/a.py\", line 4, in b#012    c()#012MemoryError\n",
		"WORKER_EXCEPTION MemoryError:/a.py:4");
	expect("Unhandled exception in main loop\",\"Traceback (most recent call last):\",\"  File \\\"/a.py\\\", line "
	       "4, "
	       "in b\",\"    c()\",\"OSError: [Errno 12] Cannot allocate memory\n",
		"MAIN_LOOP OSError:/a.py:4");
	/* and where its newlines became blanks */
	expect("Exception in worker process Traceback (most recent call last): File \"/a.py\", line 3, in b c() File "
	       "\"/d.py\", line 9, in <module> import e ModuleNotFoundError: No module named 'e'\n",
		"WORKER_EXCEPTION ModuleNotFoundError:/d.py:9");
	/* with Gunicorn's headers among them, and quotes that a chat has bent */
	expect("[2026-11-20 15:25:49 +0000] [7] [INFO] Booting worker with pid: 7 [2026-11-20 15:25:49 +0000] [7] [ERROR] Exception "
	       "in worker process Traceback (most recent call last): File \xe2\x80\x9c/a.py\xe2\x80\x9d, line 3, in b c() File "
	       "\xe2\x80\x9c/d.py\xe2\x80\x9d, line 9, in e f() d.SomeException: no [2026-11-20 15:25:49 +0000] [7] [INFO] Worker "
	       "exiting (pid: 7)\n",
		"BOOTING/7 WORKER_EXCEPTION d.SomeException:/d.py:9 EXITING/7");
	expect("Something went wrong here: Traceback (most recent call last): File \"/a.py\", line 3, in b raise HaltServer(reason, "
	       "3) gunicorn.errors.HaltServer: <HaltServer 'Worker failed to boot.' 3>\n",
		"gunicorn.errors.HaltServer:/a.py:3");
	/* words that are no exceptions */
	expect("note: nothing\nhttp: //x\nStatus: 200\nerror\n", "");
}

static void
kinds_of_exceptions(void **state)
{
	static const struct {
		const char *line;
		enum exception kind;
	} cases[] = {
		{ "ModuleNotFoundError: No module named 'a'", EXCEPTION_MISSING },
		{ "ImportError: No module named a.b", EXCEPTION_MISSING },
		{ "ImportError: Entry point (None, 'a') not found", EXCEPTION_WORKER_CLASS },
		{ "ImportError: cannot import name 'a' from 'b' (/b.py)", EXCEPTION_BROKEN },
		{ "ImportError: libGL.so.1: cannot open shared object file: No such file or directory",
			EXCEPTION_BROKEN },
		{ "ImportError: cannot import name 'a' from partially initialized module 'b' (most likely due to a "
		  "circular import)",
			EXCEPTION_CIRCULAR },
		{ "AttributeError: partially initialized module 'b' has no attribute 'c' (most likely due to a "
		  "circular import)",
			EXCEPTION_CIRCULAR },
		{ "IndentationError: unexpected indent", EXCEPTION_SYNTAX },
		{ "numpy.core._exceptions._ArrayMemoryError: Unable to allocate 8 GiB", EXCEPTION_MEMORY },
		{ "RuntimeError: can't start new thread", EXCEPTION_THREAD },
		{ "OSError: [Errno 24] Too many open files: 'x'", EXCEPTION_FILES },
		{ "OSError: [Errno 28] No space left on device", EXCEPTION_DISK },
		{ "django.db.utils.OperationalError: could not connect to server: Connection refused",
			EXCEPTION_DEPENDENCY },
		{ "sqlalchemy.exc.OperationalError: (sqlite3.OperationalError) no such table: a", EXCEPTION_TABLE },
		{ "django.db.utils.OperationalError: (1054, \"Unknown column 'a.b' in 'field list'\")", EXCEPTION_TABLE },
		{ "django.db.utils.OperationalError: (1060, \"Duplicate column name 'a'\")", EXCEPTION_TABLE },
		{ "pymysql.err.OperationalError: (3024, 'Query execution was interrupted, maximum statement execution time exceeded')",
			EXCEPTION_TABLE },
		{ "MySQLdb._exceptions.OperationalError: (1213, 'Deadlock found when trying to get lock')", EXCEPTION_TABLE },
		{ "django.db.utils.OperationalError: (2006, 'MySQL server has gone away')", EXCEPTION_DEPENDENCY },
		{ "django.db.utils.OperationalError: (1040, 'Too many connections')", EXCEPTION_DEPENDENCY },
		{ "django.db.utils.OperationalError: deadlock detected", EXCEPTION_TABLE },
		{ "asyncpg.exceptions.TooManyConnectionsError: sorry, too many clients already", EXCEPTION_DEPENDENCY },
		{ "redis.exceptions.ConnectionError: Error 111 connecting to redis:6379. Connection refused.",
			EXCEPTION_DEPENDENCY },
		{ "ConnectionResetError: [Errno 104] Connection reset by peer", EXCEPTION_PEER },
		{ "socket.error: [Errno 104] Connection reset by peer", EXCEPTION_PEER },
		{ "decouple.UndefinedValueError: SECRET_KEY not found.", EXCEPTION_ENVIRONMENT },
		{ "django.core.exceptions.ImproperlyConfigured: The SECRET_KEY setting must not be empty.",
			EXCEPTION_ENVIRONMENT },
		{ "RuntimeError: cannot schedule new futures after interpreter shutdown", EXCEPTION_LEAVING },
		{ "KeyboardInterrupt", EXCEPTION_INTERRUPT },
		{ "KeyError: 'A'", EXCEPTION_KEY },
		{ "SystemExit: 1", EXCEPTION_EXIT },
		{ "RuntimeError: SHOP_API_KEY not set", EXCEPTION_ENVIRONMENT },
		{ "AssertionError: Missing SHOP_DB_URL", EXCEPTION_ENVIRONMENT },
		{ "RuntimeError: SHOP_API_KEY fehlt, und ohne l\xc3\xa4uft nichts", EXCEPTION_ENVIRONMENT },
		{ "RuntimeError: no l\xc3\xa4rm about SHOP_API_KEY", EXCEPTION_OTHER },
		{ "RuntimeError: API not set", EXCEPTION_OTHER },
		{ "RuntimeError: no SHOP_API_KEY like this one", EXCEPTION_OTHER },
		{ "NameError: name 'SHOP_KEY' is not defined", EXCEPTION_OTHER },
		{ "shop.errors.BrokenError", EXCEPTION_OTHER },
		{ "psycopg2.errors.UniqueViolation: duplicate key value violates unique", EXCEPTION_OTHER },
		{ "shop.exceptions.Unready", EXCEPTION_OTHER },
		{ "shop.errors.handler: ready", EXCEPTION_NONE },
		{ "shop.errors.Handler.write: ready", EXCEPTION_NONE },
		{ "shop.orders.Handler: ready", EXCEPTION_NONE },
		{ "Error: something", EXCEPTION_NONE },
		{ "Reason: something", EXCEPTION_NONE },
		{ "ValueError is what it raised", EXCEPTION_NONE },
		{ "2Error: x", EXCEPTION_NONE },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct exception_line e = { .kind = EXCEPTION_NONE };
		bool is = exception_read(&e, cases[i].line, strlen(cases[i].line), false);

		if (is != (cases[i].kind != EXCEPTION_NONE) || (is && e.kind != cases[i].kind))
			fail_msg("%s: %d", cases[i].line, is ? (int)e.kind : -1);
	}
}

/* Whatever comes, the struct is all that is taken, and what follows is recognised. */
static void
strange_bytes(void **state)
{
	enum { LONG = 3 * RECOGNISER_LINE };
	static const char good[] = "\n[2026-11-20 15:25:49 +0000] [1] [INFO] Handling signal: hup\n";
	char *log = malloc(LONG + sizeof good), words[256];
	static const int bytes[] = { 'x', '\0', ' ', '[', '{', '"', 0xff, '%', '\r' };

	(void)state;
	assert_non_null(log);
	for (unsigned i = 0; i < sizeof bytes / sizeof bytes[0]; i++) {
		memset(log, bytes[i], LONG);
		memcpy(log + LONG, good, sizeof good);
		recognise(words, sizeof words, log, LONG + sizeof good - 1, 1000);
		assert_string_equal(words, "SIGNAL_HUP");
		recognise(words, sizeof words, log, LONG + sizeof good - 1, 1 << 20);
		assert_string_equal(words, "SIGNAL_HUP");
	}
	free(log);
}

static void
times(void **state)
{
	static const struct {
		const char *words;
		size_t length;
		int64_t second;
	} cases[] = {
		{ "1970-01-02T00:00:01Z x", 20, 86401 },
		{ "1970-01-02 00:00:01 +0100] x", 25, 82801 },
		{ "1970-01-02 00:00:01.123456-05:00 x", 32, 104401 },
		{ "1970/01/02 00:00:01 [", 19, 86401 },
		{ "2000-03-01 00:00:00 ", 19, 951868800 },
		{ "Jan  2 00:00:01 host", 15, 86401 },
		{ "Jan 2 00:00:01 AM  x", 17, 86401 },
		{ "Jan 2 12:00:01 AM  x", 17, 86401 },
		{ "Jan 2 01:00:01 pm  x", 17, 133201 },
		{ "Fri, Jan 2 1970 1:00:01 pm | x", 26, 133201 },
		{ "Fri Jan  2 00:00:01.5 1970] x", 26, 86401 },
		{ "Jan 2, 1970 @ 00:00:01.123 x", 26, 86401 },
		{ "02 Jan 1970 00:00:01 x", 20, 86401 },
		{ "02/29/00 00:00:00] INFO", 17, 951782400 },
		{ "03-01-00 00:00:00 x", 0, 0 },
		{ "1/31/1970, 0:00:01 x", 18, 2592001 },
		{ "31.01.1970 00:00:01 x", 19, 2592001 },
		{ "1970-01-02 00:00:01.500 EDT", 27, 86401 },
		{ "Fri 1970-01-02 00:00:01 CEST host", 28, 86401 },
		{ "1970-01-02 00:00:01.454 CES", 23, 86401 }, /* torn: no name of a zone */
		{ "1970-01-02 00:00:01 INFO x", 19, 86401 },
		{ "Fri 13 is a day", 0, 0 },
		{ "5:00:01 PM x", 10, 61201 },
		{ "Okt 02 00:00:01 host", 15, 86401 },
		{ "1000086401.25 x", 13, 1000086401 },
		{ "1000086401 x", 0, 0 },
		{ "9000086401.25 x", 0, 0 },
		{ "1000086401.25", 0, 0 },
		{ "M\xc3\xa4r 02 00:00:01 host", 16, 86401 },
		{ "\xd0\xb8\xd1\x8e\xd0\xbb 02 00:00:01 host", 18, 86401 },
		{ "1\xe6\x9c\x88 02 00:00:01 host", 16, 86401 },
		{ "12\xe6\x9c\x88  2 00:00:01 host", 17, 335 * 86400 + 1 },
		{ "\xd0\xb8\xd1\x8e\xd0\xbb and no day", 0, 0 },
		{ "1\xe6\x9c\x88 and no day", 0, 0 },
		{ "the 02 is a day of no month", 0, 0 },
		{ "Fri, it was cold", 0, 0 },
		{ "3 of 7 and so on", 0, 0 },
		{ "31.01.1970 is a day", 0, 0 },
		{ "02/Jan/1970:00:00:01 +0000] \"", 26, 86401 },
		{ "00:00:01,5 x", 10, 1 },
		{ "10.0.0.1 - - ", 0, 0 },
		{ "2000-03-01 is a day", 0, 0 },
		{ "Jan was cold and long", 0, 0 },
		{ "12:3", 0, 0 },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int64_t second = 0;
		int32_t ahead;
		size_t n = stamp_read(cases[i].words, strlen(cases[i].words), &second, &ahead);

		if (n != cases[i].length || second != cases[i].second)
			fail_msg("%s: %zu, %lld", cases[i].words, n, (long long)second);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forms_of_one_line),
		cmocka_unit_test(lines),
		cmocka_unit_test(an_application_that_quotes),
		cmocka_unit_test(a_prefix_of_its_own),
		cmocka_unit_test(nothing_in_front),
		cmocka_unit_test(foreign_lines),
		cmocka_unit_test(clients_of_access_lines),
		cmocka_unit_test(own_lines),
		cmocka_unit_test(complaints),
		cmocka_unit_test(tracebacks),
		cmocka_unit_test(kinds_of_exceptions),
		cmocka_unit_test(strange_bytes),
		cmocka_unit_test(times),
	};

	return cmocka_run_group_tests_name("recognise", tests, NULL, NULL);
}
