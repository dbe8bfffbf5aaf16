/* fuzz_link -- packets on the link. What is taken is exactly what link_make and plain assignments would have made. */
#include <string.h>

#include "fuzz.h"
#include "wire/link.h"

/* R by its fields: no byte of a record that was taken is anywhere else. */
static struct link_record
rebuild(const struct link_record *r)
{
	struct link_record made = link_make((enum link_kind)r->kind);

	made.deed = r->deed;
	made.id = r->id;
	made.service = r->service;
	made.incarnation = r->incarnation;
	made.generation = r->generation;
	made.from = r->from;
	made.to = r->to;
	made.event = r->event;
	made.result = r->result;
	made.pid = r->pid;
	made.status = r->status;
	made.arg = r->arg;
	made.uid = r->uid;
	memcpy(made.text, r->text, strnlen(r->text, LINK_TEXT - 1));
	return made;
}

/* What the supervisor relies on in a request. */
static void
look_at_request(const struct link_record *r)
{
	MUST(r->deed > DEED_NONE && r->deed < DEEDS);
	MUST(r->deed != DEED_SIGNAL || link_signal_allowed(r->arg));
	MUST(r->deed != DEED_SCALE || (r->arg >= 1 && r->arg <= LINK_WORKERS_MAX));
	MUST(r->deed == DEED_RECYCLE || r->deed == DEED_DUMP || r->deed == DEED_STACK ? r->pid > 1 : r->pid == 0);
	MUST((r->service == UINT32_MAX) ==
		(r->deed == DEED_REREAD || r->deed == DEED_REEXEC || r->deed == DEED_SHUTDOWN));
}

static void
check(const uint8_t *data, size_t size, bool to_supervisor)
{
	size_t count = 0;
	struct err err = { 0 };

	if (!link_check(data, size, to_supervisor, &count, &err)) {
		MUST(err.text[0] != '\0');
		return;
	}
	MUST(count >= 1 && count <= LINK_BATCH && count * sizeof(struct link_record) == size);
	MUST(!link_check(data, size, !to_supervisor, &count, NULL));
	for (size_t i = 0; i < count; i++) {
		struct link_record r, made;

		memcpy(&r, data + i * sizeof r, sizeof r);
		made = rebuild(&r);
		MUST(memcmp(&made, &r, sizeof r) == 0);
		if (r.kind == LINK_REQUEST)
			look_at_request(&r);
		MUST(r.kind != LINK_ENDED || (r.pid > 1 && r.status >= 0 && r.status <= 0xffff));
		MUST(!to_supervisor || r.text[0] == '\0');
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char name[16] = "";
	int signal;

	check(data, size, true);
	check(data, size, false);
	memcpy(name, data, size < sizeof name - 1 ? size : sizeof name - 1);
	signal = link_signal_by_name(name);
	MUST(signal == 0 || link_signal_by_name(link_signal_name(signal)) == signal);
	return 0;
}
