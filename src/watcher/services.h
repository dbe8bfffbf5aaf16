/*
 * services -- the page, and what the watcher keeps for each slot of it.
 */
#ifndef BRIDLE_WATCHER_SERVICES_H
#define BRIDLE_WATCHER_SERVICES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "watcher/logs.h"
#include "wire/page.h"

struct sampler;
struct inquiry;
struct docket;

/* One slot. With a thousand of them every byte counts: names and states are read from the page when needed. */
struct service {
	uint32_t slot;
	uint32_t incarnation; /* as last looked at; 0: nobody here */
	char name[PAGE_NAME]; /* whose log this is */
	uint8_t kind;         /* enum page_kind */
	bool strict;          /* Gunicorn's header was seen in its log (wire/recognise.h) */
	uint32_t context;     /* what opens no incident and was told since it started (inquiry.c) */
	struct log log;
	struct sampler *sampler; /* Gunicorn only */
	struct inquiry *inquiry; /* NULL: nothing is being told of it */
	struct docket *docket;   /* NULL: nothing has gone wrong yet */
};

struct services {
	const void *page;
	size_t size;
	struct service *at; /* one a slot */
	uint32_t count;
};

/* Take the page behind FD (closed in any case), in place of the one before. Slots keep what they have.
 * False with ERR: it is no page that we can read (page_check), or there is no memory; then there is the one before. */
bool services_map(struct services *s, int fd, struct err *err);

/* Give back its memory; what the slots hold is given back already. */
void services_release(struct services *s);

/* The page's header; the supervisor may write to it at any time. Good until the next services_map. */
const struct page_header *services_header(const struct services *s);

/* The record of SLOT at one moment. False: nobody is there, or no such slot. */
bool services_read(const struct services *s, uint32_t slot, struct page_service *out);

/* The slot of that name; false when there is none. */
bool services_find(const struct services *s, const char *name, uint32_t *slot);

/* The known name nearest to NAME (at most a third of it different); false when none is near. */
bool services_nearest(const struct services *s, const char *name, char nearest[PAGE_NAME]);

/* The generation of that number, or NULL. */
const struct page_generation *services_generation(const struct page_service *record, uint32_t number);

#endif
