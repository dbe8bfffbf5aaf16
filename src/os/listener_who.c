/* Who listens where: for the message about a place that is taken. Looked up by inode in /proc/net, then among the
 * descriptors of every process that we may look into. */
#include "os/listener.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/text.h"
#include "os/dirents.h"
#include "os/process.h"

enum { STATE_LISTEN = 10 }; /* TCP_LISTEN, as /proc/net/tcp shows it (proc(5)) */

/* True: what find_holder() goes on from. */
static bool
name_process(pid_t pid, char *words, size_t size)
{
	char command[160];
	struct text t;

	process_cmdline(pid, command, sizeof command);
	text_init(&t, words, size);
	text_addf(&t, *command != '\0' ? "pid %d (%s)" : "pid %d", (int)pid, command);
	return true;
}

/* The lowest pid, a master before its workers, that holds the socket INODE. */
static bool
find_holder(uint64_t inode, char *words, size_t size)
{
	struct dirents pids;
	bool found = false;
	long pid;

	if (!dirents_open(&pids, AT_FDCWD, "/proc"))
		return false;
	while (!found && (pid = dirents_next_number(&pids)) >= 0)
		found = pid > 0 && pid != getpid() && process_has_socket((pid_t)pid, inode) &&
			name_process((pid_t)pid, words, size);
	dirents_close(&pids);
	return found;
}

/* The process that called listen(2), by SO_PEERCRED of a connection to it (unix(7)). 0: unknown, or not ours to see. */
static pid_t
listening_pid(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct ucred peer = { 0 };
	socklen_t size = sizeof peer;
	int file = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	int s = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	/* by its descriptor: sun_path has 108 bytes, and a path may be longer (unix(7)) */
	snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d", file);
	if (file >= 0 && s >= 0 && connect(s, (struct sockaddr *)&address, sizeof address) == 0)
		getsockopt(s, SOL_SOCKET, SO_PEERCRED, &peer, &size);
	if (file >= 0)
		close(file);
	if (s >= 0)
		close(s);
	return peer.pid;
}

/* The inode of the unix socket bound to PATH, as /proc/net/unix has it; 0: none. */
static uint64_t
unix_inode(const char *path)
{
	FILE *f = fopen("/proc/net/unix", "re");
	char line[512];
	uint64_t inode = 0, n;
	int at;

	while (f != NULL && inode == 0 && fgets(line, sizeof line, f) != NULL) {
		at = 0;
		/* the path is all that follows the inode: it may have blanks */
		if (sscanf(line, "%*s %*s %*s %*s %*s %*s %" SCNu64 " %n", &n, &at) < 1 || at == 0)
			continue;
		line[strcspn(line, "\n")] = '\0';
		if (strcmp(line + at, path) == 0)
			inode = n;
	}
	if (f != NULL)
		fclose(f);
	return inode;
}

bool
listener_who_unix(const char *path, char *words, size_t size)
{
	pid_t pid = listening_pid(path);
	struct process_sample sample;
	uint64_t inode;

	*words = '\0';
	/* who began to listen may be gone, its children serve on */
	if (pid > 0 && process_sample(pid, &sample))
		return name_process(pid, words, size);
	inode = unix_inode(path);
	return inode != 0 && find_holder(inode, words, size);
}

/* Do the addresses of two listeners stand in each other's way? Four words each; IPv4 in the last one, mapped. */
static bool
same_place(const uint32_t *a, const uint32_t *b)
{
	static const uint32_t any[4];
	const uint32_t mapped_any[4] = { 0, 0, htonl(0xffff), 0 };

	return memcmp(a, b, sizeof any) == 0 || memcmp(a, any, sizeof any) == 0 || memcmp(b, any, sizeof any) == 0 ||
		memcmp(a, mapped_any, sizeof any) == 0 || memcmp(b, mapped_any, sizeof any) == 0;
}

/* The address HOST as four words in network order; every address when it is "" or a name. */
static void
place_of(const char *host, uint32_t *words)
{
	struct in_addr four;

	memset(words, 0, 4 * sizeof *words);
	if (inet_pton(AF_INET6, host, words) == 1)
		return;
	memset(words, 0, 4 * sizeof *words);
	if (inet_pton(AF_INET, host, &four) != 1)
		return;
	words[2] = htonl(0xffff);
	words[3] = four.s_addr;
}

/* The inode of the socket that listens on PORT at PLACE in TABLE, "/proc/net/tcp" or "tcp6": addresses in hex, each
 * word in the byte order of the machine (proc(5)). 0: none. */
static uint64_t
tcp_inode(const char *table, const uint32_t *place, uint16_t port)
{
	FILE *f = fopen(table, "re");
	char line[512], address[33];
	unsigned its_port, state;
	uint64_t inode = 0, n;

	while (f != NULL && inode == 0 && fgets(line, sizeof line, f) != NULL) {
		/* as an IPv4 address is written in IPv6 (RFC 4291, 2.5.5.2), so that one comparison does for both tables */
		uint32_t w[4] = { 0, 0, htonl(0xffff), 0 };

		if (sscanf(line, " %*s %32[0-9A-F]:%x %*s %x %*s %*s %*s %*s %*s %" SCNu64, address, &its_port, &state,
			    &n) < 4)
			continue;
		/* one word, not four: the table of IPv4 */
		if (sscanf(address, "%8" SCNx32 "%8" SCNx32 "%8" SCNx32 "%8" SCNx32, &w[0], &w[1], &w[2], &w[3]) == 1) {
			w[3] = w[0];
			w[0] = 0;
		}
		if (state == STATE_LISTEN && its_port == port && same_place(w, place))
			inode = n;
	}
	if (f != NULL)
		fclose(f);
	return inode;
}

bool
listener_who_tcp(const char *host, uint16_t port, char *words, size_t size)
{
	uint32_t place[4];
	uint64_t inode;

	*words = '\0';
	place_of(host, place);
	inode = tcp_inode("/proc/net/tcp", place, port);
	if (inode == 0)
		inode = tcp_inode("/proc/net/tcp6", place, port);
	return inode != 0 && find_holder(inode, words, size);
}
