#include "conf/tmpfs.h"

#include <stdio.h>
#include <string.h>

#include "base/pathname.h"

enum { LIMITS = 3 };

/* What is not said is as systemd has it (TMPFS_LIMITS_TEMPORARY_FS of its mountpoint-util.h). */
static const struct {
	const char *name, *digits, *suffixes, *otherwise;
	size_t longest;
} limits[LIMITS] = {
	{ "mode=", "01234567", "", "0755", 4 },
	{ "size=", "0123456789", "kKmMgG%", "10%", 10 },
	{ "nr_inodes=", "0123456789", "kKmMgG", "400k", 10 },
};

static bool
take_limit(const char *option, size_t n, const char *values[LIMITS], size_t lengths[LIMITS])
{
	for (size_t i = 0; i < LIMITS; i++) {
		size_t begin = strlen(limits[i].name), digits;

		if (n <= begin || strncmp(option, limits[i].name, begin) != 0)
			continue;
		digits = strspn(option + begin, limits[i].digits);
		values[i] = option + begin;
		lengths[i] = n - begin;
		return digits > 0 && digits <= limits[i].longest &&
			(digits == lengths[i] ||
				(digits + 1 == lengths[i] && strchr(limits[i].suffixes, values[i][digits]) != NULL));
	}
	return false;
}

/* nosuid and nodev are so in any case. */
static bool
take_option(struct tmpfs *t, const char *option, size_t n)
{
	static const char *const words[] = { "ro", "rw", "noexec", "nosuid", "nodev" };

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strlen(words[i]) == n && strncmp(option, words[i], n) == 0) {
			t->read_only = i < 2 ? i == 0 : t->read_only;
			t->no_exec = t->no_exec || i == 2;
			return true;
		}
	return false;
}

bool
tmpfs_parse(const char *word, struct tmpfs *out, struct err *err)
{
	const char *values[LIMITS], *option = word + strcspn(word, ":");
	size_t lengths[LIMITS], n = (size_t)(option - word);

	while (n > 1 && word[n - 1] == '/')
		n--;
	*out = (struct tmpfs){ .read_only = false };
	if (snprintf(out->path, sizeof out->path, "%.*s", (int)n, word) >= (int)sizeof out->path)
		return err_set(err, 0, "a path is too long: '%.60s...'", word);
	if (word[0] != '/' || n < 2)
		return err_set(err, 0, "'%s' is not PATH[:OPTION,...] of an absolute path below /", word);
	if (pathname_goes_up(word, n))
		return err_set(err, 0, "'%s' has a '..' in it: write where that leads", word);
	for (size_t i = 0; i < LIMITS; i++) {
		values[i] = limits[i].otherwise;
		lengths[i] = strlen(values[i]);
	}
	for (; option[0] != '\0'; option += n) {
		option++;
		n = strcspn(option, ",");
		if (!take_option(out, option, n) && !take_limit(option, n, values, lengths))
			return err_set(err, 0,
				"'%.*s' is none of ro, rw, noexec, nosuid, nodev, mode=0755, size=10%%, nr_inodes=400k "
				"(or other numbers)",
				(int)n, option);
	}
	/* each no longer than its `longest` and a suffix, so that all of it fits */
	snprintf(out->limits, sizeof out->limits, "mode=%.*s,size=%.*s,nr_inodes=%.*s", (int)lengths[0], values[0],
		(int)lengths[1], values[1], (int)lengths[2], values[2]);
	return true;
}

bool
tmpfs_hold(const struct conf_words *words, const char *path)
{
	struct tmpfs t;
	struct err err;

	for (uint32_t i = 0; i < words->count; i++)
		if (tmpfs_parse(words->at[i], &t, &err) && pathname_is_below(path, t.path))
			return true;
	return false;
}
