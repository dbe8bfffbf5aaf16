/*
 * incidents -- prints the catalogue of doc/INCIDENTS.md from src/core/causes.def: `make doc-incidents` puts it into the
 * page, doc/incidents_in_page.sh compares the two.
 */
#include <stdio.h>

#define LIST(...) #__VA_ARGS__
#define ALL(...) LIST(__VA_ARGS__)
#define NONE(...) LIST(__VA_ARGS__)

static const struct {
	const char *id, *name, *phase, *what, *advice;
} causes[] = {
#define CAUSE(id, name, phase, what, advice) { #id, name, #phase, what, advice },
#define PROOF(...)
#include "core/causes.def"
#undef CAUSE
#undef PROOF
};

static const struct {
	const char *id, *phase;
	unsigned confidence;
	const char *all, *none;
} proofs[] = {
#define CAUSE(...)
#define PROOF(id, phase, confidence, all, none) { #id, #phase, confidence, all, none },
#include "core/causes.def"
};

static const struct {
	const char *name, *words;
} facts[] = {
#define FACT(id, weight, words) { #id, words },
#include "core/facts.def"
};

static int
same(const char *a, const char *b)
{
	while (*a != '\0' && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

/* "STARTUP_CONFIG" as it is printed. */
static void
print_phase(const char *phase)
{
	for (; *phase != '\0'; phase++)
		putchar(*phase == '_' ? '-' : *phase >= 'A' && *phase <= 'Z' ? *phase - 'A' + 'a' : *phase);
}

int
main(void)
{
	for (unsigned i = 0; i < sizeof causes / sizeof causes[0]; i++) {
		printf("### `%s`\n\nPhase ", causes[i].name);
		print_phase(causes[i].phase);
		printf(": %s.\n\n%s\n\n", causes[i].what, causes[i].advice);
		for (unsigned k = 0; k < sizeof proofs / sizeof proofs[0]; k++) {
			if (!same(proofs[k].id, causes[i].id))
				continue;
			printf("- %u %%: %s", proofs[k].confidence, proofs[k].all);
			if (proofs[k].none[0] != '\0')
				printf("; not %s", proofs[k].none);
			if (!same(proofs[k].phase, "USUAL")) {
				printf("; then phase ");
				print_phase(proofs[k].phase);
			}
			putchar('\n');
		}
		putchar('\n');
	}
	printf("## Facts\n\n| fact | in words |\n|---|---|\n");
	for (unsigned i = 0; i < sizeof facts / sizeof facts[0]; i++)
		printf("| %s | %s |\n", facts[i].name, facts[i].words);
	return 0;
}
