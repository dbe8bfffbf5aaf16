#include "watcher/troubles.h"

#include <stdio.h>

#include "watcher/watch.h"

void
troubles_judged(struct watcher *w, const struct service *s, uint32_t generation, enum link_trouble trouble, int32_t pid)
{
	struct link_record r = link_make(LINK_JUDGED);

	r.service = s->slot;
	r.incarnation = s->incarnation;
	r.generation = generation;
	r.arg = trouble;
	r.pid = pid;
	uplink_send(w, &r);
}

/* Flapping is an incident beside the deaths that it is made of, and so is what probes find: those stand in the docket. All others are
 * about the story that is being told. */
static enum cause
cause_of(int64_t trouble)
{
	if (trouble == LINK_FLAPPING)
		return CAUSE_FLAPPING;
	return trouble == LINK_UNHEALTHY ? CAUSE_UNHEALTHY : CAUSE_UNKNOWN;
}

void
troubles_answered(struct watcher *w, const struct link_record *r)
{
	struct service *s = r->service < w->services.count ? &w->services.at[r->service] : NULL;
	char words[INQUIRY_WORDS];

	if (s == NULL || s->incarnation != r->incarnation) /* the slot is somebody else's since */
		return;
	if (r->deed == DEED_RECYCLE)
		snprintf(words, sizeof words, "Bridle asked worker %d to go: %s", (int)r->pid,
			link_trouble_key(r->arg));
	else
		snprintf(words, sizeof words, "Bridle %s it: %s",
			r->deed == DEED_STOP                 ? "stopped" :
				r->deed == DEED_RESTART_COLD ? "restarted" :
							       "replaced",
			link_trouble_key(r->arg));
	if (r->deed == DEED_RECYCLE)
		inquiry_told(w, s, FACT_HANG_RECYCLED, r->pid);
	inquiry_did(w, s, cause_of(r->arg), words);
}
