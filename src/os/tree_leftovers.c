/* Who is left of an earlier run: by marker, by the log that it writes to, by session, and by descent from one of
 * those. */
#include "os/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/pathname.h"
#include "base/text.h"
#include "os/census.h"
#include "os/kernfile.h"

/* What a census entry is to us, in its note; from SHARES on, whose marker it shares: that index more. */
enum { STRANGER, NOT_YET_KNOWN, KIN /* of us: never a leftover */, MARKED, SHARES };

struct search {
	struct census census;
	/* by index of the census, of who is MARKED. What was read once counts: who ends while we look has none to show any more, and
	 * who shares it would be nobody's, and ended in place of being adopted */
	struct tree_marker *markers;
	const char *run_dir;
	const struct tree_users *users;
	void (*visit)(void *context, pid_t pid, uint64_t start, const struct tree_marker *marker);
	void *context;
	size_t found;
};

static void
note_kin(struct census *c)
{
	uint32_t self = census_find(c, getpid());

	for (uint32_t i = self; i != CENSUS_NONE; i = census_next(c, self, i))
		c->at[i].note = KIN;
	/* and who is above us: the shell of a user that started us by hand, say, whose output goes to one of our logs */
	for (uint32_t i = self; i != CENSUS_NONE; i = c->at[i].parent)
		c->at[i].note = KIN;
}

/* Names are those of the process's own mount namespace, where anybody can mount what he likes: it must be the same file
 * here. */
static bool
is_here(const char *link, const char *name)
{
	struct stat theirs, ours;

	return stat(link, &theirs) == 0 && lstat(name, &ours) == 0 && theirs.st_dev == ours.st_dev &&
		theirs.st_ino == ours.st_ino;
}

/* Descriptors 1 and 2 of everything that a service starts lead to RUN_DIR/SERVICE/..., unless it changed them. */
static bool
marker_by_log(pid_t pid, int fd, const char *run_dir, struct tree_marker *out)
{
	char path[48], target[512], *end;
	const char *rest;
	ssize_t k;

	snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)pid, fd);
	k = readlink(path, target, sizeof target - 1);
	if (k < 0)
		return false;
	target[k] = '\0';
	rest = pathname_rest(target, run_dir);
	if (rest == NULL || rest[0] == '\0' || (end = strchr(rest + 1, '/')) == NULL || !is_here(path, target))
		return false;
	*end = '\0';
	out->generation = 0;
	return text_copy(out->service, sizeof out->service, rest + 1) &&
		text_copy(out->run_dir, sizeof out->run_dir, run_dir);
}

bool
tree_marker_or_log(pid_t pid, const char *run_dir, struct tree_marker *out)
{
	if (tree_marker(pid, out))
		return strcmp(out->run_dir, run_dir) == 0;
	return marker_by_log(pid, 1, run_dir, out) || marker_by_log(pid, 2, run_dir, out);
}

/* A stranger in the session of a marked process belongs to the same generation: spawn gave each a session. */
static void
note_session(struct census *c, uint32_t i)
{
	pid_t session = c->at[i].process.session;

	for (uint32_t k = 0; session > 0 && k < c->count; k++) {
		if (c->at[k].note != MARKED || c->at[k].process.session != session)
			continue;
		c->at[i].note = SHARES + k;
		return;
	}
}

/* Whose PID is, whatever program it runs (proc_pid_status(5)): false when that is no user whose word counts. */
static bool
is_believed(const struct search *s, pid_t pid)
{
	char text[1024];
	const char *line = kernfile_read_of(pid, "status", text, sizeof text) > 0 ? strstr(text, "\nUid:") : NULL;
	unsigned uid;

	return line != NULL && sscanf(line, "\nUid: %u", &uid) == 1 && s->users->has(s->users->of, uid);
}

/* Who is just executing a program is asked again by whoever asks: but not who would not be believed in any case. */
static uint32_t
note_of(const struct search *s, pid_t pid, struct tree_marker *marker)
{
	bool says_so = tree_marker(pid, marker), unknown = !says_so && errno == EAGAIN;

	if (says_so && strcmp(marker->run_dir, s->run_dir) != 0)
		return STRANGER;
	if ((says_so && is_believed(s, pid)) || marker_by_log(pid, 1, s->run_dir, marker) ||
		marker_by_log(pid, 2, s->run_dir, marker))
		return MARKED;
	return unknown && is_believed(s, pid) ? NOT_YET_KNOWN : STRANGER;
}

static void
note_leftovers(struct search *s)
{
	struct census *c = &s->census;

	for (uint32_t i = 0; i < c->count; i++) {
		struct tree_marker marker;

		if (c->at[i].note != STRANGER)
			continue;
		c->at[i].note = note_of(s, c->at[i].process.pid, &marker);
		if (c->at[i].note == MARKED)
			s->markers[i] = marker;
	}
	/* then those in their sessions: by now it is known of everybody whether he is marked himself */
	for (uint32_t i = 0; i < c->count; i++)
		if (c->at[i].note <= NOT_YET_KNOWN)
			note_session(c, i);
}

/* Everything below leftover ROOT is one too, whatever it says of itself; without a marker it has its parent's. */
static void
report(struct search *s, uint32_t root)
{
	struct census *c = &s->census;

	for (uint32_t i = root; i != CENSUS_NONE; i = census_next(c, root, i)) {
		uint32_t whose = i, up = c->at[i].parent;

		if (c->at[i].note < MARKED) /* not the root: its parent is noted */
			c->at[i].note = c->at[up].note == MARKED ? SHARES + up : c->at[up].note;
		if (c->at[i].note >= SHARES)
			whose = c->at[i].note - SHARES;
		s->visit(s->context, c->at[i].process.pid, c->at[i].process.start, &s->markers[whose]);
		s->found++;
	}
}

static bool
has_marked_ancestor(const struct census *c, uint32_t i)
{
	for (i = c->at[i].parent; i != CENSUS_NONE; i = c->at[i].parent)
		if (c->at[i].note >= MARKED)
			return true;
	return false;
}

/* Whether it is known of everybody. */
static bool
look_through(struct search *s)
{
	bool known = true;
	const struct census *c = &s->census;

	note_kin(&s->census);
	note_leftovers(s);
	for (uint32_t i = 0; i < c->count; i++)
		if (c->at[i].note >= MARKED && !has_marked_ancestor(c, i))
			report(s, i);
	/* now that sessions and parents have told what they can */
	for (uint32_t i = 0; i < c->count; i++)
		known = known && c->at[i].note != NOT_YET_KNOWN;
	return known;
}

/* As many descriptors as a look takes: a directory, and a file in it. Without them everybody would seem to be gone. */
static bool
can_look(void)
{
	int all = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int one = all < 0 ? -1 : openat(all, "self/stat", O_RDONLY | O_CLOEXEC), failed = errno;

	if (one >= 0)
		close(one);
	if (all >= 0)
		close(all);
	errno = failed;
	return one >= 0;
}

size_t
tree_leftovers(const char *run_dir, const struct tree_users *users,
	void (*visit)(void *context, pid_t pid, uint64_t start, const struct tree_marker *marker), void *context)
{
	struct search s = { .run_dir = run_dir, .users = users, .visit = visit, .context = context };
	bool known = true;
	size_t size;

	if (!can_look())
		return 0;
	if (!census_take(&s.census)) {
		errno = ENOMEM;
		return 0;
	}
	/* of the kernel, as the census is: no more of it is ever there than is written to */
	size = s.census.count * sizeof *s.markers;
	s.markers = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (s.markers != MAP_FAILED) {
		known = look_through(&s);
		munmap(s.markers, size);
	}
	census_release(&s.census);
	errno = s.markers == MAP_FAILED ? ENOMEM : known ? 0 : EAGAIN;
	return s.found;
}
