/*
 * logs -- `bridle logs`: the last lines of a service, and with -f those to come, across rotations.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/cli.h"
#include "cli/connection.h"
#include "cli/commands.h"
#include "cli/complaints.h"
#include "cli/field.h"
#include "cli/logfiles.h"
#include "cli/outlet.h"
#include "cli/paint.h"
#include "cli/place.h"
#include "cli/tail.h"
#include "conf/conf.h"

/* Glances, not inotify(7): that hears nothing of what others write on a network file system. For who reads along a
 * fifth of a second is at once, and each costs three system calls. */
enum { LINES = 50, GLANCE = 200 /* msec between two looks for more */ };

/* The directory of PATH, a file's. */
static bool
directory_of(char directory[PATH_MAX], const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL && text_copy(directory, PATH_MAX, path) && (directory[slash - path] = '\0') == '\0';
}

/* Said in both cases, whether bridled tells it or the configuration: its output goes to standard output, or nowhere. */
static bool
keeps_no_log(const char *name, struct trouble *t)
{
	trouble_set(t, CLI_FAILED, 0, "'%s' keeps no log files: its setting log says so", name);
	return trouble_hint(t,
		"with log = stdout its lines are where bridled's go: docker logs, kubectl logs, journalctl. "
		"log = both keeps files too");
}

/* Ask bridled. False with T, whose status tells whether to look elsewhere. The log may be where the configuration of today
 * says, or where bridled was started with: bridled knows. */
static bool
ask_where(char directory[PATH_MAX], const struct arguments *a, const char *name, struct trouble *t)
{
	struct connection c;
	struct varlink_reply reply;
	const char *path;
	bool ok;

	if (!connection_open(&c, a, t))
		return false;
	ok = connection_call(&c, "List", json_pack("{s:s, s:b}", "name", name, "brief", 1), &reply, t);
	connection_close(&c);
	if (!ok)
		return false;
	path = field_text(json_array_get(json_object_get(reply.parameters, "services"), 0), "log");
	ok = directory_of(directory, path);
	varlink_reply_free(&reply);
	return ok || keeps_no_log(name, t);
}

/* What the configuration says. T tells already why bridled did not answer, where it was asked; it stays unless more is known. */
static bool
read_where(char directory[PATH_MAX], const struct arguments *a, const char *name, struct trouble *t)
{
	struct conf_report report;
	struct conf_bridle bridle;
	struct conf_service service;
	char path[PATH_MAX];
	struct trouble ignored;
	bool named = a->value[OPTION_CONFIG] != NULL, ok = false;

	if (!place_config(path, a, named ? t : &ignored))
		return false;
	conf_report_init(&report);
	struct conf *conf = conf_read(path, &report);
	const struct conf_section *section = conf != NULL ? conf_find(conf, name) : NULL;

	if (section != NULL) {
		conf_decode_bridle(conf, &bridle);
		conf_decode_service(section, &service);
		ok = service.log == CONF_LOG_FILE || service.log == CONF_LOG_BOTH ?
			place_log(directory, a, bridle.log_dir, name, t) :
			keeps_no_log(name, t);
	} else if (conf != NULL) {
		trouble_set(t, CLI_NO_SERVICE, 0, "%s%s has no service '%s'", named ? "" : "bridled does not answer, and ", path,
			name);
	} else if (named) {
		complaints_tell(path, "where its log lies is", &report, t);
	}
	conf_free(conf);
	conf_report_free(&report);
	return ok;
}

static bool
find_log(char directory[PATH_MAX], const struct arguments *a, const char *name, struct trouble *t)
{
	/* who names a configuration means what it says, not what a bridled that runs has made of another */
	if (a->value[OPTION_CONFIG] != NULL)
		return read_where(directory, a, name, t);
	if (ask_where(directory, a, name, t))
		return true;
	/* whoever can read the files may, with or without bridled */
	if (t->status != CLI_NO_DAEMON && t->status != CLI_NOT_ALLOWED)
		return false;
	return read_where(directory, a, name, t);
}

/* The files from fds[INDEX] at OFFSET on. */
static bool
print_from(const struct logfiles *l, unsigned index, off_t offset, struct outlet *o, struct err *err)
{
	for (; index < l->count; index++, offset = 0) {
		if (lseek(l->fds[index], offset, SEEK_SET) < 0)
			return err_set(err, errno, "cannot read the log");
		if (!outlet_copy(o, l->fds[index], err))
			return false;
	}
	return true;
}

/* Somebody emptied it by hand, or a watcher that began anew cut it back to where the one before had got: what is written from now on
 * stands before our place. Not from its beginning, which may be as long as ever, and was printed. */
static void
follow_back(int fd)
{
	off_t here = lseek(fd, 0, SEEK_CUR);
	struct stat st;

	if (fstat(fd, &st) != 0 || st.st_size >= here)
		return;
	lseek(fd, st.st_size, SEEK_SET);
	fputs("bridle: the log was cut back: lines may be missing here, or come again\n", stderr);
}

/* Go on with FD, and with what comes after it, until nobody reads us any more. Two rotations may fall between two
 * glances: the file after ours is looked for, not "current". */
static bool
follow(int dir, int fd, struct outlet *o, struct err *err)
{
	/* no event is asked for: POLLERR comes all the same when a pipe's reader has gone (poll(2)) */
	struct pollfd reader = { .fd = o->fd };
	int mine = -1;
	bool ok;

	while ((ok = outlet_copy(o, fd, err))) {
		bool lost = false;
		int next = logfiles_moved(dir, fd) ? logfiles_after(dir, fd, &lost) : -1;

		if (next >= 0) {
			/* what was added between our reading and its renaming */
			ok = outlet_copy(o, fd, err);
			if (lost)
				fputs("bridle: lines are missing here: they were rotated away\n", stderr);
			if (mine >= 0)
				close(mine);
			fd = mine = next;
			if (ok)
				continue;
			break;
		}
		if (poll(&reader, 1, GLANCE) > 0 && (reader.revents & (POLLERR | POLLHUP)) != 0)
			break;
		follow_back(fd);
	}
	if (mine >= 0)
		close(mine);
	return ok;
}

static bool
print_logs(int dir, const struct arguments *a, int64_t lines, struct err *err)
{
	struct outlet o;
	struct logfiles l;
	unsigned index = 0;
	off_t offset = 0;
	bool ok;

	if (!logfiles_open(&l, dir, err))
		return false;
	outlet_init(&o, STDOUT_FILENO, paint_for(STDOUT_FILENO).terminal);
	/* -1: from the first byte of the oldest file */
	ok = lines < 0 || tail_find(l.fds, l.count, lines, &index, &offset, err);
	ok = ok && print_from(&l, index, offset, &o, err);
	if (ok && (a->given & ARGUMENT(FOLLOW)) != 0)
		ok = follow(dir, l.fds[l.count - 1], &o, err);
	ok = ok && outlet_flush(&o, err);
	logfiles_close(&l);
	return ok;
}

/* "-n 20", "-n all" (-1). One less than there are numbers: tail_find adds the newline that ends the last line. */
static bool
parse_lines(const char *words, int64_t *lines)
{
	*lines = words == NULL ? LINES : -1;
	return words == NULL || strcmp(words, "all") == 0 || text_parse_int(words, 0, INT64_MAX - 1, lines);
}

/* "web", "web -5", "-5 web": the second operand is for a number, as tail(1) takes it. */
static bool
take_operands(const struct arguments *a, const char **name, const char **lines, struct trouble *t)
{
	*name = NULL;
	*lines = a->value[OPTION_LINES];
	for (unsigned i = 0; i < a->count; i++) {
		const char *word = a->operands[i];

		if (word[0] == '-')
			*lines = word + 1;
		else if (*name == NULL)
			*name = word;
		else
			return trouble_set(t, CLI_USAGE, 0, "logs is of one service: '%s' is too much", word);
	}
	return *name != NULL || trouble_set(t, CLI_USAGE, 0, "logs needs NAME");
}

int
logs_command(const struct arguments *a)
{
	char directory[PATH_MAX];
	struct trouble t = { .status = CLI_FAILED };
	const char *name, *words;
	int64_t lines;
	int dir;

	if (!take_operands(a, &name, &words, &t))
		return trouble_tell(&t);
	if (!parse_lines(words, &lines)) {
		trouble_set(&t, CLI_USAGE, 0, "-n: expected a number of lines, or all; got '%s'", words);
		return trouble_tell(&t);
	}
	if (!find_log(directory, a, name, &t))
		return trouble_tell(&t);
	t = (struct trouble){ .status = CLI_FAILED }; /* what bridled said no longer matters */
	dir = logfiles_directory(directory, &t.err);
	if (dir >= 0 && print_logs(dir, a, lines, &t.err)) {
		close(dir);
		return CLI_OK;
	}
	if (t.err.code == EACCES)
		t.status = CLI_NOT_ALLOWED;
	if (t.err.code == ENOENT)
		trouble_hint(&t, "'%s' has not written anything yet", name);
	if (dir >= 0)
		close(dir);
	return trouble_tell(&t);
}
