#include "import/ledger.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* No field is NULL from the beginning, so that whoever prints them need not ask. */
static struct ledger_entry *
make(struct arena *arena, const char *directive, const char *value)
{
	struct ledger_entry *entry = arena_alloc(arena, sizeof *entry);

	if (entry == NULL)
		return NULL;
	*entry = (struct ledger_entry){ .file = "", .section = "", .source = "", .key = "", .reason = "" };
	entry->directive = arena_copy_string(arena, directive);
	entry->value = arena_copy_string(arena, value);
	return entry;
}

struct ledger_entry *
ledger_add(struct ledger *ledger, const char *file, unsigned line, const char *section, const char *directive,
	const char *value)
{
	struct ledger_entry *entry = make(ledger->arena, directive, value);

	if (entry == NULL)
		return NULL;
	entry->file = arena_copy_string(ledger->arena, file);
	entry->line = line;
	entry->section = arena_copy_string(ledger->arena, section);
	entry->source = ledger->source;
	entry->of = ledger->of;
	if (ledger->last != NULL)
		ledger->last->next = entry;
	else
		ledger->first = entry;
	ledger->last = entry;
	return entry;
}

void
ledger_add_part(struct ledger *ledger, struct ledger_entry *entry, const char *directive, const char *value,
	enum fate fate, const char *key, const char *reason)
{
	struct ledger_entry *part = make(ledger->arena, directive, value);

	if (part == NULL)
		return;
	part->fate = fate;
	part->key = key;
	part->reason = reason;
	if (entry->last_part != NULL)
		entry->last_part->next = part;
	else
		entry->parts = part;
	entry->last_part = part;
}

/* By whoever knows best, and the last word counts: a row of directives.def first, a look at the whole unit perhaps
 * later. */
void
ledger_settle(struct ledger *ledger, struct ledger_entry *entry, enum fate fate, const char *key, const char *fmt, ...)
{
	char reason[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(reason, sizeof reason, fmt, args);
	va_end(args);
	entry->fate = fate;
	entry->key = arena_copy_string(ledger->arena, key);
	entry->reason = arena_copy_string(ledger->arena, reason);
}

/* Whole words: the name of one key may be the end of another's. */
static bool
has_word(const char *list, const char *word)
{
	size_t n = strlen(word);

	for (const char *at = list; (at = strstr(at, word)) != NULL; at += n)
		if ((at == list || at[-1] == ' ') && (at[n] == ' ' || at[n] == '\0'))
			return true;
	return false;
}

/* As lost as its worst part: a directive of which one part gets lost would not do what it did. */
void
ledger_sum(struct ledger *ledger, struct ledger_entry *entry)
{
	enum fate worst = FATE_KEPT;

	entry->key = entry->reason = "";
	for (const struct ledger_entry *part = entry->parts; part != NULL; part = part->next) {
		const char *shown =
			part->value[0] != '\0' && part->directive[0] == '\0' ? part->value : part->directive;

		if (part->fate == FATE_LOST)
			worst = FATE_LOST;
		if (part->key[0] != '\0' && !has_word(entry->key, part->key))
			entry->key = arena_printf(ledger->arena, "%s%s%s", entry->key, entry->key[0] != '\0' ? " " : "",
				part->key);
		if (part->reason[0] != '\0')
			entry->reason = arena_printf(ledger->arena, "%s%s%s: %s", entry->reason,
				entry->reason[0] != '\0' ? "; " : "", shown, part->reason);
	}
	entry->fate = worst;
}

bool
ledger_concerns(const struct ledger_entry *entry, const struct draft *only)
{
	return only == NULL || entry->of == NULL || *entry->of == NULL || *entry->of == only;
}

unsigned
ledger_count(const struct ledger *ledger, enum fate fate, const struct draft *only)
{
	unsigned n = 0;

	for (const struct ledger_entry *entry = ledger->first; entry != NULL; entry = entry->next)
		n += entry->fate == fate && ledger_concerns(entry, only);
	return n;
}

const char *
fate_name(enum fate fate)
{
	switch (fate) {
	case FATE_OPEN: return "open";
	case FATE_KEPT: return "kept";
	case FATE_IMPLIED: return "implied";
	case FATE_MEANINGLESS: return "meaningless";
	case FATE_LOST: return "lost";
	case FATE_COUNT: break;
	}
	abort();
}
