#include "os/mounts.h"

#include <stdio.h>
#include <string.h>

#include "base/pathname.h"

enum { LINE = 8192 /* a place is PATH_MAX long at most, four bytes for each blank in it; what is cut comes behind all that counts */ };

static bool
is_network_type(const char *type)
{
	/* fuse.sshfs, fuse.glusterfs: any of them may be anywhere, and each is a process that may not answer. So does whoever walks into
	 * an autofs wait for a process, that mounts there what it likes (the kernel's autofs.rst); what it has mounted hides it. */
	static const char *const types[] = { "nfs", "nfs4", "cifs", "smb3", "fuse", "afs", "ceph", "9p", "lustre", "autofs" };

	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		if (strcmp(type, types[i]) == 0)
			return true;
	return strncmp(type, "fuse.", 5) == 0;
}

/* Blanks and backslashes in a path are written as three octal digits (mangle_path of fs/seq_file.c). */
static void
unescape(char *path)
{
	char *to = path;

	for (const char *from = path; *from != '\0'; to++) {
		if (from[0] == '\\' && from[1] >= '0' && from[1] <= '3' && from[2] >= '0' && from[2] <= '7' && from[3] >= '0' &&
			from[3] <= '7') {
			*to = (char)((from[1] - '0') * 64 + (from[2] - '0') * 8 + from[3] - '0');
			from += 4;
		} else {
			*to = *from++;
		}
	}
	*to = '\0';
}

/* The kind of the mount that PATH lies on: the deepest, and of two in one place the later, which hides the other. */
static char
kind_of(const struct mounts *m, const char *path)
{
	size_t deepest = 0;
	char kind = 'l';

	for (size_t at = 0; at < m->length; at += strlen(m->places + at) + 1) {
		const char *place = m->places + at + 1;

		if (strlen(place) < deepest || !pathname_is_below(path, place))
			continue;
		deepest = strlen(place);
		kind = m->places[at];
	}
	return kind;
}

/* Local ones only where they lie on a network: there are hundreds of others on a machine full of containers. */
static void
keep(struct mounts *m, const char *place, bool network)
{
	size_t n = strlen(place) + 1;

	if (!network && kind_of(m, place) == 'l')
		return;
	if (m->length + 1 + n > sizeof m->places) {
		m->crowded = true;
		return;
	}
	m->places[m->length++] = network ? 'n' : 'l';
	memcpy(m->places + m->length, place, n);
	m->length += n;
}

/* "36 35 98:0 /root /place options tag... - type source options" */
void
mounts_add(struct mounts *m, char *line)
{
	char *save = NULL, *word = strtok_r(line, " \n", &save), *place = NULL;

	for (unsigned i = 0; word != NULL && (i < 5 || strcmp(word, "-") != 0); i++) {
		if (i == 4)
			place = word;
		word = strtok_r(NULL, " \n", &save);
	}
	word = word != NULL ? strtok_r(NULL, " \n", &save) : NULL;
	if (place == NULL || word == NULL)
		return;
	unescape(place);
	keep(m, place, is_network_type(word));
}

static void
read_list(struct mounts *m)
{
	FILE *f = fopen("/proc/self/mountinfo", "re");
	char line[LINE];
	bool begins = true;

	m->read = true;
	while (f != NULL && fgets(line, sizeof line, f) != NULL) {
		bool whole = strchr(line, '\n') != NULL;

		if (begins)
			mounts_add(m, line);
		begins = whole; /* else what comes next is the rest of this one */
	}
	if (f != NULL)
		fclose(f);
}

/* Without a look at the places: of each start this is done. */
void
mounts_forget(struct mounts *m)
{
	m->read = m->crowded = false;
	m->length = 0;
}

bool
mounts_is_network(struct mounts *m, const char *path)
{
	if (path == NULL || path[0] != '/')
		return false;
	if (!m->read)
		read_list(m);
	return m->crowded || kind_of(m, path) == 'n';
}
