#include "watcher/ready.h"

#include <string.h>

#include "base/text.h"
#include "core/life.h"
#include "watcher/client.h"
#include "watcher/reasons.h"
#include "watcher/watch.h"

enum { SENTENCE = 480 };

enum ready { READY_YES, READY_NOT_YET, READY_NEVER };

static enum ready
is_ready(const struct page_service *record, bool missed)
{
	switch ((enum life_state)record->state) {
	case LIFE_RUNNING:
	case LIFE_RELOADING:
	case LIFE_REPLACING:
	case LIFE_DONE:
	case LIFE_LISTENING: return READY_YES; /* whoever comes is answered */
	case LIFE_STOPPED:
	case LIFE_STOPPING: return missed ? READY_NEVER : READY_YES; /* wanted down */
	case LIFE_FAILED: return READY_NEVER;
	case LIFE_QUEUED:
	case LIFE_STARTING:
	case LIFE_RESTARTING:
	case LIFE_RETRYING:
	case LIFE_WAITING:
	case LIFE_STATE_COUNT: break;
	}
	return READY_NOT_YET;
}

/* The worst of all services, or of the one; T says which and why, and how many others there are. */
static enum ready
look_ready(struct watcher *w, const char *name, struct text *t)
{
	enum ready worst = READY_YES;
	struct page_service record;
	uint32_t missing = 0;

	for (uint32_t i = 0; i < services_header(&w->services)->used; i++) {
		enum ready ready;

		if (!services_read(&w->services, i, &record) || (name[0] != '\0' && strcmp(name, record.name) != 0))
			continue;
		/* a stopped one is missed by whoever names it, and by all once bridled is stopping */
		ready = is_ready(&record, name[0] != '\0' || services_header(&w->services)->stopping);
		missing += ready != READY_YES;
		if (ready <= worst) /* the first of the worst is the one that is named */
			continue;
		worst = ready;
		/* from the beginning again: it is about this one now */
		text_init(t, t->at, t->size);
		text_addf(t, "%s %s %s: ", record.name, life_state_verb((enum life_state)record.state),
			life_state_name((enum life_state)record.state));
		reasons_of_state(t, &record);
	}
	if (missing > 1)
		text_addf(t, "; %u more %s not ready", (unsigned)missing - 1, missing == 2 ? "is" : "are");
	return worst;
}

bool
ready_answer(struct client *c, const char *name, bool last)
{
	char words[SENTENCE];
	struct text t;
	enum ready ready;

	text_init(&t, words, sizeof words);
	ready = look_ready(c->w, name, &t);
	if (ready == READY_NOT_YET && !last) /* the waiter asks again when something moves */
		return false;
	if (ready != READY_YES) {
		client_error(c, VARLINK_INTERFACE ".NotReady", json_pack("{s:s}", "reason", words));
		return true;
	}
	text_add(&t, name[0] != '\0' ? name : "all services");
	text_add(&t, name[0] != '\0' ? " is ready" : " are ready");
	client_message(c, words);
	return true;
}
