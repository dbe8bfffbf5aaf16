/*
 * digest.c -- FNV-1a, 64 bits: to see that a file changed, not to prove that it did not. Whoever can write an
 * environment file can change the service anyway.
 */
#include "conf/digest.h"

#include <sys/stat.h>
#include <unistd.h>

#include "conf/source.h"
#include "conf/trust.h"

uint64_t
digest_bytes(uint64_t digest, const void *bytes, size_t n)
{
	const unsigned char *b = bytes;

	for (size_t i = 0; i < n; i++)
		digest = (digest ^ b[i]) * UINT64_C(0x100000001b3);
	return digest;
}

uint64_t
digest_file(uint64_t digest, const char *path)
{
	/* opening alone can be a deed: a link of the service's to /dev/watchdog would start that */
	int fd = trust_open(path, NULL);
	size_t total = 0;
	char bytes[4096];
	struct stat st;
	ssize_t n = 1;

	/* one that cannot be read adds nothing: when it can, that is a change */
	if (fd < 0)
		return digest;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		n = 0;
	while (n > 0 && total <= SOURCE_SIZE_MAX && (n = read(fd, bytes, sizeof bytes)) > 0) {
		digest = digest_bytes(digest, bytes, (size_t)n);
		total += (size_t)n;
	}
	close(fd);
	return digest;
}
