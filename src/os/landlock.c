#include "os/landlock.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/pathname.h"
#include "os/mountapi.h"

enum {
	CALL_CREATE_RULESET = 444,
	CALL_ADD_RULE = 445,
	CALL_RESTRICT_SELF = 446, /* the same everywhere */
	ASK_VERSION = 1,
	RULE_PATH = 1,
	RULES_MAX = 4096,
};

/* Of <linux/landlock.h>, which older machines lack: landlock(7). */
enum {
	MAY_EXECUTE = 1,
	MAY_WRITE = 2,
	MAY_READ = 4,
	MAY_LIST = 8,
	MAY_CHANGE = 0x1ff0,   /* REMOVE_DIR ... MAKE_SYM */
	MAY_REFER = 0x2000,    /* version 2 */
	MAY_TRUNCATE = 0x4000, /* version 3 */
	FOR_FILES = MAY_EXECUTE | MAY_WRITE | MAY_READ | MAY_TRUNCATE,
	READING = MAY_EXECUTE | MAY_READ | MAY_LIST,
};

struct rule {
	uint32_t path; /* from where the words begin */
	uint32_t rights;
};

/* In one block: rules, then their paths. */
struct rules {
	uint64_t handled;
	uint32_t count, words;
	struct rule at[];
};

/* ---- in the child: see steps.h ---- */

struct path_rule { /* struct landlock_path_beneath_attr */
	uint64_t allowed;
	int32_t parent;
} __attribute__((packed));

static bool
allow(int set, const char *path, uint64_t rights)
{
	struct path_rule rule = { rights, mountapi_open(path) };
	bool ok = rule.parent >= 0 && syscall(CALL_ADD_RULE, set, RULE_PATH, &rule, 0) == 0;

	if (rule.parent < 0)
		return errno == ENOENT || errno == EACCES; /* gone since, or not for us anyway */
	close(rule.parent);
	return ok;
}

static bool
take_rules(const void *of)
{
	const struct rules *r = of;
	const char *words = (const char *)(r->at + r->count);
	int set = (int)syscall(CALL_CREATE_RULESET, &r->handled, sizeof r->handled, 0);
	bool ok = set >= 0;

	for (uint32_t i = 0; ok && i < r->count; i++)
		ok = allow(set, words + r->at[i].path, r->at[i].rights);
	ok = ok && syscall(CALL_RESTRICT_SELF, set, 0) == 0;
	if (set >= 0)
		close(set);
	return ok;
}

/* ---- when the configuration is loaded ---- */

int
landlock_version(void)
{
	long version = syscall(CALL_CREATE_RULESET, NULL, 0, ASK_VERSION);

	return version > 0 ? (int)version : 0;
}

struct making {
	const struct view *view;
	uint64_t handled;
	struct rule rules[RULES_MAX];
	uint32_t count;
	char *words;
	size_t length, size;
	bool failed;
};

static void
add_rule(struct making *m, const char *path, enum view_kind kind)
{
	uint64_t rights = kind == VIEW_AS_IT_IS ? m->handled : READING;
	size_t n = strlen(path) + 1;
	struct stat st = { .st_mode = S_IFDIR }; /* what is not there yet: directories made before a start */

	lstat(path, &st);
	/* links need no rule: asked is always about what they lead to */
	if (kind > VIEW_READ_ONLY || S_ISLNK(st.st_mode))
		return;
	if (m->length + n > m->size) {
		char *more = realloc(m->words, 2 * (m->size + n));

		if (more == NULL) {
			m->failed = true;
			return;
		}
		m->words = more;
		m->size = 2 * (m->size + n);
	}
	m->failed = m->failed || m->count == RULES_MAX;
	if (m->failed)
		return;
	memcpy(m->words + m->length, path, n);
	/* rights that only a directory has are refused for a file (landlock_append_fs_rule() in security/landlock/fs.c) */
	m->rules[m->count++] =
		(struct rule){ (uint32_t)m->length, (uint32_t)(S_ISDIR(st.st_mode) ? rights : rights & FOR_FILES) };
	m->length += n;
}

static enum view_kind
kind_of(const struct making *m, const char *path)
{
	const struct view_place *place = view_find(m->view, path);

	return place == NULL ? VIEW_AS_IT_IS : place->kind;
}

/* Is there a place below PATH, other than PATH itself, that takes more away than KIND does? What is not there yet would shut out
 * everything that is made beside it, for rules are about what is there. */
static bool
is_split(const struct making *m, const char *path, enum view_kind kind)
{
	for (unsigned i = 0; i < m->view->count; i++)
		if (m->view->at[i]->kind > kind && !m->view->at[i]->absent && strcmp(m->view->at[i]->path, path) != 0 &&
			pathname_is_below(m->view->at[i]->path, path))
			return true;
	return false;
}

/* Rules for the neighbours of a place below PATH, one level; what leads to the place itself is split in its turn, for it
 * is among the places of `view` or on the way to one. */
static void
split(struct making *m, const char *path, enum view_kind kind, unsigned depth)
{
	const struct mountapi_how how = { O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0, NO_MAGIC | NO_LINKS };
	/* not opendir(3): on the way to a place there may be a link of the service's */
	int fd = depth < 64 ? (int)syscall(CALL_OPENAT2, AT_FDCWD, path, &how, sizeof how) : -1;
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	char child[PATH_MAX];

	for (const struct dirent *e; dir != NULL && (e = readdir(dir)) != NULL;) {
		int n = snprintf(child, sizeof child, "%s/%s", path[1] == '\0' ? "" : path, e->d_name);

		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 || n >= (int)sizeof child ||
			kind_of(m, child) != kind)
			continue;
		if (is_split(m, child, kind))
			split(m, child, kind, depth + 1);
		else
			add_rule(m, child, kind);
	}
	if (dir != NULL)
		closedir(dir);
	else if (fd >= 0)
		close(fd);
}

static void
grant(struct making *m, const char *path)
{
	enum view_kind kind = kind_of(m, path);

	if (kind > VIEW_READ_ONLY)
		return;
	if (is_split(m, path, kind))
		split(m, path, kind, 0);
	else
		add_rule(m, path, kind);
}

static bool
add_step(const struct making *m, struct steps *steps, struct err *err)
{
	size_t table = m->count * sizeof m->rules[0], size = sizeof(struct rules) + table + m->length;
	struct rules *r = malloc(size);
	bool ok;

	if (r == NULL || m->failed) {
		free(r);
		return err_set(err, 0, "more path rules than can be kept");
	}
	*r = (struct rules){ m->handled, m->count, (uint32_t)m->length };
	memcpy(r->at, m->rules, table);
	if (m->length > 0)
		memcpy((char *)(r->at + m->count), m->words, m->length);
	ok = steps_add(steps, STEP_LAST, take_rules, r, size, err, "keep to path rules (Landlock)");
	free(r);
	return ok;
}

bool
landlock_add(const struct view *view, int version, struct steps *steps, struct err *err)
{
	struct making *m = calloc(1, sizeof *m);
	bool ok;

	if (m == NULL)
		return err_set(err, errno, "cannot keep path rules");
	m->view = view;
	/* what a kernel does not know may not be asked of it */
	m->handled =
		READING | MAY_WRITE | MAY_CHANGE | (version >= 2 ? MAY_REFER : 0) | (version >= 3 ? MAY_TRUNCATE : 0);
	/* what is handled is forbidden but where a rule allows it (landlock(7)): so all that no place is about is allowed here */
	if (view_find(view, "/") == NULL)
		grant(m, "/");
	for (unsigned i = 0; i < view->count; i++)
		grant(m, view->at[i]->path);
	ok = add_step(m, steps, err);
	free(m->words);
	free(m);
	return ok;
}
