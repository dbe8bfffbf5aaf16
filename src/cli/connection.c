#include "cli/connection.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/paint.h"

/* Reached, spoken to, understood: each fails with a trouble of its own, and its exit status tells a script whether it
 * is worth while to try again (CLI_NO_DAEMON), or not. */

static void
set_patience(int fd, msec patience)
{
	struct timeval limit = { .tv_sec = patience / 1000 };

	/* without a limit a hung daemon would only hang us: not worth failing for. That of sending is connect(2)'s, too, where the
	 * queue of who should accept is full (socket(7)) */
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

void
connection_be_patient(struct connection *c)
{
	set_patience(c->fd, 0);
}

/* The address of PATH. One longer than sun_path (108 bytes, unix(7)) is reached through its directory, opened as
 * *DIRECTORY (the caller closes it; -1 when it was not needed). */
static bool
address_of(const char *path, struct sockaddr_un *address, int *directory)
{
	const char *slash = strrchr(path, '/');
	char parent[PATH_MAX];

	*directory = -1;
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (text_copy(address->sun_path, sizeof address->sun_path, path))
		return true;
	errno = ENAMETOOLONG;
	if (slash == NULL)
		return false;
	snprintf(parent, sizeof parent, "%.*s", (int)(slash - path), path);
	*directory = open(parent, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (*directory < 0)
		return false;
	int n = snprintf(address->sun_path, sizeof address->sun_path, "/proc/self/fd/%d%s", *directory, slash);

	errno = ENAMETOOLONG;
	return n < (int)sizeof address->sun_path;
}

static bool
connect_to(int fd, const char *path)
{
	struct sockaddr_un address;
	int directory;
	bool ok =
		address_of(path, &address, &directory) && connect(fd, (struct sockaddr *)&address, sizeof address) == 0;
	int saved = errno;

	if (directory >= 0)
		close(directory);
	errno = saved;
	return ok;
}

/* Who may: the group of the socket, or of the directory that we cannot even look into. */
static bool
not_allowed(const struct place *place, struct trouble *t)
{
	char directory[PATH_MAX], names[4096]; /* of the group and its members; a larger one is not named */
	struct group entry, *group = NULL;
	struct stat st;

	text_copy(directory, sizeof directory, place->socket);
	if (strrchr(directory, '/') != NULL)
		*strrchr(directory, '/') = '\0';
	/* the socket's group where we can see it; else that of the directory, which kept us out */
	if (stat(place->socket, &st) == 0 || stat(directory, &st) == 0)
		(void)getgrgid_r(st.st_gid, &entry, names, sizeof names, &group);
	trouble_set(t, CLI_NOT_ALLOWED, EACCES, "cannot connect to '%s'", place->socket);
	if (group == NULL || group->gr_gid == 0)
		return trouble_hint(t,
			"only root and the user that runs bridled may; control_group in bridle.ini names others");
	return trouble_hint(t, "root and members of the group '%s' may", group->gr_name);
}

/* We may not (EACCES); the queue was full for as long as we waited (EAGAIN, unix(7)); or nobody listens there: ENOENT,
 * ECONNREFUSED. */
static bool
no_daemon(const struct place *place, int reason, struct trouble *t)
{
	if (reason == EACCES || reason == EPERM)
		return not_allowed(place, t);
	if (reason == EAGAIN) {
		trouble_set(t, CLI_NO_DAEMON, 0, "bridled does not take connections at '%s'", place->socket);
		return trouble_hint(t,
			"too many clients wait, or its watcher hangs: it is replaced within seconds; try again");
	}
	trouble_set(t, CLI_NO_DAEMON, reason, "cannot reach bridled at '%s'", place->socket);
	return place_hint_start(place, t);
}

bool
connection_open(struct connection *c, const struct arguments *a, struct trouble *t)
{
	if (!place_find(&c->place, a, t))
		return false;
	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0)
		return trouble_set(t, CLI_FAILED, errno, "cannot make a socket");
	set_patience(c->fd, CONNECTION_PATIENCE);
	if (!connect_to(c->fd, c->place.socket)) {
		no_daemon(&c->place, errno, t);
		close(c->fd);
		return false;
	}
	varlink_in_init(&c->in, VARLINK_FRAME_MAX);
	return true;
}

void
connection_close(struct connection *c)
{
	varlink_in_free(&c->in);
	close(c->fd);
}

static bool
lost(const char *doing, int reason, struct trouble *t)
{
	/* the same status as when nobody is there: it may be tried again */
	trouble_set(t, CLI_NO_DAEMON, reason, "%s", doing);
	return trouble_hint(t, "if bridled was asked for something, it goes on with it; look with: bridle status");
}

bool
connection_send(struct connection *c, const char *method, json_t *parameters, bool more, struct trouble *t)
{
	char name[64];
	size_t length = 0;

	snprintf(name, sizeof name, VARLINK_INTERFACE ".%s", method);
	char *frame = varlink_call_format(name, parameters, more, &length);

	json_decref(parameters);
	if (frame == NULL)
		return trouble_set(t, CLI_FAILED, ENOMEM, "cannot write a call");
	for (size_t done = 0; done < length;) {
		/* a daemon that hung up is told of in words, not by SIGPIPE */
		ssize_t n = send(c->fd, frame + done, length - done, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			free(frame);
			return lost("cannot talk to bridled", errno, t);
		}
		done += (size_t)n;
	}
	free(frame);
	return true;
}

/* One read(2) more. */
static bool
fill(struct connection *c, struct trouble *t)
{
	size_t room = 0;
	char *at = varlink_in_room(&c->in, &room); /* every whole frame was taken before (varlink.h) */
	ssize_t n;

	if (at == NULL)
		return trouble_set(t, CLI_FAILED, 0, "the answer of bridled is longer than %d bytes",
			VARLINK_FRAME_MAX);
	do
		n = recv(c->fd, at, room, 0);
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno == EAGAIN)
		return lost("bridled does not answer: its watcher hangs", 0, t);
	if (n < 0)
		return lost("cannot read the answer of bridled", errno, t);
	if (n == 0)
		return lost("bridled hung up: its watcher ended", 0, t);
	varlink_in_got(&c->in, (size_t)n);
	return true;
}

static const char *
parameter(const struct varlink_reply *reply, const char *name)
{
	const char *words = json_string_value(json_object_get(reply->parameters, name));

	return words != NULL ? words : "";
}

/* The nearest name is bridled's to find: it knows all of them, and a list of a thousand need not come here for that. */
static bool
no_such_service(const struct varlink_reply *reply, struct trouble *t)
{
	const char *nearest = parameter(reply, "nearest");

	trouble_set(t, CLI_NO_SERVICE, 0, "there is no service '%s'", parameter(reply, "name"));
	if (strcmp(parameter(reply, "name"), "all") == 0)
		return trouble_hint(t, "all services are --all for start, stop and restart, and no word at all for status, ready and why");
	if (*nearest != '\0')
		return trouble_hint(t, "did you mean '%s'?", nearest);
	return trouble_hint(t, "bridle status shows all there are; bridle reload takes up new ones");
}

/* Each on a line of its own, as a compiler would, before the sentence that sums them up. */
static void
print_complaints(const struct varlink_reply *reply)
{
	const json_t *line;
	size_t i;

	json_array_foreach(json_object_get(reply->parameters, "complaints"), i, line) {
		paint_visible(stderr, json_is_string(line) ? json_string_value(line) : "");
		putc('\n', stderr);
	}
}

/* The interface's errors; a hint of bridled's own goes before ours. */
/* clang-format off */
static const struct { const char *name; enum cli_exit status; const char *hint; } errors[] = {
	{ "NotAllowed", CLI_NOT_ALLOWED, "root, the user that runs bridled, and the control_group may" },
	{ "Refused", CLI_REFUSED, "" },
	{ "Failed", CLI_FAILED, "bridle logs NAME shows what the service said" },
	{ "NotReady", CLI_NOT_READY, "bridle status NAME shows how it stands" },
	{ "BadConfiguration", CLI_FAILED, "bridle check looks closer" },
};
/* clang-format on */

static bool
reply_error(const struct varlink_reply *reply, struct trouble *t)
{
	const char *name = reply->error;
	const char *hint = parameter(reply, "hint");

	/* sizeof counts the NUL where the dot is */
	if (strncmp(name, VARLINK_INTERFACE ".", sizeof VARLINK_INTERFACE) == 0)
		name += sizeof VARLINK_INTERFACE;
	if (strcmp(name, "NoSuchService") == 0)
		return no_such_service(reply, t);
	for (unsigned i = 0; i < sizeof errors / sizeof errors[0]; i++)
		if (strcmp(name, errors[i].name) == 0) {
			print_complaints(reply);
			trouble_set(t, errors[i].status, 0, "%s", parameter(reply, "reason"));
			return trouble_hint(t, "%s", *hint != '\0' ? hint : errors[i].hint);
		}
	/* varlink's own (MethodNotFound ...), or of a newer interface: the name is all that can be said */
	trouble_set(t, CLI_FAILED, 0, "bridled answered %s", name);
	return trouble_hint(t, "it may be of another version: bridle version");
}

char *
connection_frame(struct connection *c, size_t *length, struct trouble *t)
{
	char *frame;

	while ((frame = varlink_in_next(&c->in, length)) == NULL)
		if (!fill(c, t))
			return NULL;
	return frame;
}

bool
connection_understand(const char *frame, size_t length, struct varlink_reply *reply, struct trouble *t)
{
	t->status = CLI_FAILED;
	t->hint[0] = '\0';
	if (!varlink_reply_parse(reply, frame, length, &t->err))
		return err_prefix(&t->err, "the answer of bridled makes no sense");
	if (reply->error == NULL)
		return true;
	reply_error(reply, t);
	varlink_reply_free(reply);
	return false;
}

bool
connection_receive(struct connection *c, struct varlink_reply *reply, struct trouble *t)
{
	size_t length;
	char *frame = connection_frame(c, &length, t);

	return frame != NULL && connection_understand(frame, length, reply, t);
}

bool
connection_call(struct connection *c, const char *method, json_t *parameters, struct varlink_reply *reply,
	struct trouble *t)
{
	return connection_send(c, method, parameters, false, t) && connection_receive(c, reply, t);
}
