/*
 * advice -- what can be done about a cause, with the settings of this service and what was seen of its workers.
 */
#ifndef BRIDLE_WATCHER_ADVICE_H
#define BRIDLE_WATCHER_ADVICE_H

#include "judge/record.h"
#include "wire/page.h"

struct service;
struct worker;

enum { ADVICE_WORDS = 720 };

/* Into WORDS: a few sentences for service S, of which the page says RECORD (NULL: nothing), about INCIDENT, whose
 * cause, deaths and strain are there. ABOUT: the one worker that it is about, who lives; NULL: there is none. ALIKE: how many other
 * services had the same at that time. */
void advice_give(const struct service *s, const struct page_service *record, const struct record *incident,
	const struct worker *about, unsigned alike, char words[ADVICE_WORDS]);

#endif
