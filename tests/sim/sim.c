/*
 * sim -- many random worlds; the first in which a promise is broken is told from its beginning, with its seed.
 *
 *	sim [--worlds N] [--seed S]
 *
 * World I of a run has the seed S + I, so "--worlds 1 --seed X" lives through one again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "world.h"

static void
tell(struct world *w, uint64_t seed)
{
	static char buffer[1 << 20];
	struct text story;

	text_init(&story, buffer, sizeof buffer);
	world_live(w, seed, &story);
	printf("%s\n", buffer);
}

int
main(int argc, char **argv)
{
	static struct world w;
	int64_t worlds = 100000, seed = 1;

	for (int i = 1; i + 1 < argc; i += 2) {
		int64_t *n = strcmp(argv[i], "--worlds") == 0 ? &worlds : strcmp(argv[i], "--seed") == 0 ? &seed : NULL;

		if (n == NULL || !text_parse_int(argv[i + 1], 0, INT64_MAX / 2, n)) {
			fprintf(stderr, "sim: '%s %s' is not understood\n", argv[i], argv[i + 1]);
			return 2;
		}
	}
	for (int64_t i = 0; i < worlds; i++) {
		if (world_live(&w, (uint64_t)(seed + i), NULL))
			continue;
		tell(&w, (uint64_t)(seed + i));
		printf("broken: %s\nagain with: sim --worlds 1 --seed %lld\n", w.broken, (long long)(seed + i));
		return 1;
	}
	printf("%lld worlds from seed %lld: every promise was kept\n", (long long)worlds, (long long)seed);
	return 0;
}
