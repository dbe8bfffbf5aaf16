/*
 * stage -- what a watcher sees of the world, made by a test: directories, log FIFOs, the page, the link, the spool and a
 * control socket. The test plays the supervisor; the watcher is a child process, as it is in life, and can be killed.
 */
#ifndef BRIDLE_TESTS_STAGE_H
#define BRIDLE_TESTS_STAGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "wire/link.h"
#include "wire/page.h"

enum { STAGE_SERVICES = 4, STAGE_PATIENCE = 60000 /* ms until a test gives up */, STAGE_CANNOT = 77 };

struct stage {
	char root[64]; /* a fresh directory; ROOT/run, ROOT/log */
	void *page;
	int page_fd, spool_fd, control_fd;
	int link;                 /* our end */
	int fifo[STAGE_SERVICES]; /* open for reading and writing, as the supervisor has them */
	unsigned services;
	pid_t watcher;
	int watcher_stdout; /* becomes its standard output; -1: ours */
	size_t file_limit;  /* its RLIMIT_FSIZE; 0: none */
	bool asked;         /* it was asked for a sign of life, before which it answers nobody */
	bool no_watches;    /* it gets no inotify watch; where that cannot be had, it ends with STAGE_CANNOT */
};

struct stage *stage_new(void);
/* Ends the watcher by closing the link, and removes everything. */
void stage_free(struct stage *s);

/* For cmocka: the state of a test is a stage of its own. */
int stage_setup(void **state);
int stage_teardown(void **state);

/* A new service (program, stopped, plain log file), before or after the watcher was started. Its slot. */
unsigned stage_service(struct stage *s, const char *name);
/* Change a record: begin, then end. */
struct page_service *stage_change(struct stage *s, unsigned slot);
void stage_changed(struct stage *s, unsigned slot);

void stage_start(struct stage *s);
void stage_kill(struct stage *s);
/* Close the link; the watcher's wait status. */
int stage_end(struct stage *s);

/* Write to the log of SLOT as a service does. */
void stage_log(struct stage *s, unsigned slot, const char *bytes);

/* The whole log of SLOT: finished files in their order, then current. free() it. */
char *stage_read_log(struct stage *s, unsigned slot, size_t *length);
/* How many finished files there are. */
unsigned stage_finished(struct stage *s, unsigned slot);
/* Wait until the watcher has read all that is in the FIFO of SLOT, or fail. */
void stage_wait_taken(struct stage *s, unsigned slot);
/* Wait until the log of SLOT holds at least LENGTH bytes, or fail. */
void stage_wait_log(struct stage *s, unsigned slot, size_t length);

/* The next record that the watcher sends, or fail. */
struct link_record stage_receive(struct stage *s);
/* Return when the watcher has taken whatever was written to it before, by the link or by connections. What it says meanwhile is lost. */
void stage_settle(struct stage *s);
void stage_send(struct stage *s, const struct link_record *record);
/* Tell that SLOT moved, and make it so in the page. */
void stage_move(struct stage *s, unsigned slot, uint8_t to, uint8_t event);

/* A control connection; a call; its next reply (json_decref it): the whole object. */
int stage_connect(struct stage *s);
void stage_call(int fd, const char *method, json_t *parameters, bool more);
json_t *stage_reply(int fd);

#endif
