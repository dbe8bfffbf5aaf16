/*
 * steps.c -- one list a phase, in the order in which things were added. Each step is a block of its own: what it is about
 * must stay where it is from loading to the last start.
 */
#include "os/steps.h"

#include <errno.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One block: the step, what it is about, its words. */
static struct child_step *
make(step_take take, const void *of, size_t size, const char *words)
{
	size_t n = strlen(words) + 1,
	       at = (sizeof(struct child_step) + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
	char *block = malloc(at + size + n);
	struct child_step *step = (struct child_step *)(void *)block;

	if (block == NULL)
		return NULL;
	if (size > 0)
		memcpy(block + at, of, size);
	memcpy(block + at + size, words, n);
	*step = (struct child_step){ .take = take, .of = block + at, .words = block + at + size };
	return step;
}

bool
steps_add(struct steps *steps, enum step_phase phase, step_take take, const void *of, size_t size, struct err *err,
	const char *fmt, ...)
{
	struct child_step **last = &steps->first[phase];
	char words[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(words, sizeof words, fmt, args);
	va_end(args);
	/* a dozen at most: no pointer to the end needs to be kept right */
	while (*last != NULL)
		last = &(*last)->next;
	*last = make(take, of, size, words);
	return *last != NULL || err_set(err, ENOMEM, "cannot keep settings");
}

bool
steps_any(const struct steps *steps)
{
	for (int phase = 0; phase < STEP_PHASES; phase++)
		if (steps->first[phase] != NULL)
			return true;
	return false;
}

/* The child stops at the first that fails: half a sandbox is none. */
const struct child_step *
steps_take(const struct steps *steps, enum step_phase phase)
{
	const struct child_step *step = steps->first[phase];

	while (step != NULL && step->take(step->of))
		step = step->next;
	return step;
}

struct steps *
steps_new(void)
{
	return calloc(1, sizeof(struct steps));
}

void
steps_release(struct steps *steps)
{
	for (int phase = 0; phase < STEP_PHASES; phase++) {
		struct child_step *next, *step = steps->first[phase];

		for (; step != NULL; step = next) {
			next = step->next;
			free(step);
		}
	}
	*steps = (struct steps){ 0 };
}

void
steps_free(struct steps *steps)
{
	if (steps == NULL)
		return;
	steps_release(steps);
	free(steps);
}
