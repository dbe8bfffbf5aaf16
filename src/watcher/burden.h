/*
 * burden -- what a service stood under when it did not keep up: what its queue turned away, what its workers hold open, and who
 * waited for processors.
 */
#ifndef BRIDLE_WATCHER_BURDEN_H
#define BRIDLE_WATCHER_BURDEN_H

#include "core/cause.h"
#include "judge/record.h"
#include "os/pressure.h"
#include "os/steal.h"
#include "wire/page.h"

struct sampler;
struct service;
struct watcher;

/* As it was when the service kept up last, as far as what comes later is counted from there. */
struct burden {
	int64_t dropped;
	struct steal steal;
};

/* SAMPLER was judged. */
void burden_look(struct sampler *sampler);

/* How much somebody has to wait for: in the control group of GENERATION of the service that RECORD is of, and *OF_GROUP (NULL: of no
 * interest), or else on the machine. */
struct pressure burden_pressure(const struct page_service *record, uint32_t generation, bool *of_group);

/* What S stands under, where an incident of CAUSE is about that; false: it is not. */
bool burden_of(struct watcher *w, const struct service *s, const struct page_service *record, enum cause cause,
	struct record_strain *strain);

#endif
