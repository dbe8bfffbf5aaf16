/*
 * What must be there before a service: order among units.
 */
#include "import/translate.h"

#include <string.h>

#include "import/directives.h"
#include "import/hole.h"
#include "import/unit.h"
#include "wire/execline.h"

/* ---- order ---- */

/* What is there when bridled is, or what Bridle does itself. */
static bool
is_always_there(const struct translation *t, const char *name)
{
	static const char *const names[] = { "network.target", "network-online.target", "network-pre.target",
		"nss-lookup.target", "nss-user-lookup.target", "syslog.target", "syslog.service", "syslog.socket",
		"systemd-journald.socket", "basic.target", "sysinit.target", "local-fs.target", "remote-fs.target",
		"time-sync.target", "time-set.target", "multi-user.target", "graphical.target", "default.target",
		"shutdown.target", "systemd-tmpfiles-setup.service", "-.mount", "systemd-user-sessions.service",
		"rsyslog.service", "sockets.target", "timers.target", "paths.target", "getty.target", "swap.target",
		"local-fs-pre.target", "remote-fs-pre.target", "cryptsetup.target", "slices.target", "-.slice",
		"system.slice", "dbus.service", "dbus.socket", "systemd-journald.service", "systemd-resolved.service",
		"systemd-networkd.service", "systemd-networkd-wait-online.service", "systemd-udevd.service",
		"systemd-remount-fs.service", "networking.service", "network.service", "NetworkManager.service",
		"NetworkManager-wait-online.service", "cloud-init.target", "cloud-config.target" };
	size_t n = strlen(name);

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	/* its own socket, even where a copy of the file is called otherwise */
	for (const struct unit *u = t->import->units; u != NULL; u = u->next)
		if (u->is_socket && u->draft == t->draft && n > 7 && strcmp(name + n - 7, ".socket") == 0)
			return true;
	return false;
}

/* Whether WORD is one of WORDS, parted by blanks. */
static bool
has_word(const char *words, const char *word)
{
	size_t n = strlen(word);

	for (; *words != '\0'; words += strcspn(words, " "), words += strspn(words, " "))
		if (strcspn(words, " ") == n && strncmp(words, word, n) == 0)
			return true;
	return false;
}

/* What NAME, a unit that is imported with this one, becomes; NULL. */
static struct draft *
imported(const struct translation *t, const char *name)
{
	size_t n = strlen(name);

	if (n <= 8 || strcmp(name + n - 8, ".service") != 0)
		return NULL;
	for (const struct unit *u = t->import->units; u != NULL; u = u->next)
		if (!u->is_socket && u->draft != NULL && u->draft != t->draft && strlen(u->name) == n - 8 &&
			strncmp(u->name, name, n - 8) == 0)
			return u->draft;
	return NULL;
}

/* Whether D, or one of those that it waits for, waits for TARGET. Each is looked at once. */
static bool
reaches(const struct import *im, struct draft *d, const struct draft *target)
{
	d->was_seen = true;
	for (const struct draft_setting *s = d->first; s != NULL; s = s->next) {
		if (s->key != KEY_after && s->key != KEY_requires)
			continue;
		for (struct draft *other = im->drafts; other != NULL; other = other->next)
			if (has_word(s->value, other->name) &&
				(other == target || (!other->was_seen && reaches(im, other, target))))
				return true;
	}
	return false;
}

static bool
waits_for(const struct import *im, struct draft *d, const struct draft *target)
{
	for (struct draft *each = im->drafts; each != NULL; each = each->next)
		each->was_seen = false;
	return reaches(im, d, target);
}

/* Whether it is the other unit that gets the key. */
static bool
is_said_of_other(const struct directive *d)
{
	return strcmp(d->name, "Before") == 0 || strcmp(d->section, "Install") == 0;
}

/* OTHER, one of those that are imported together, as the directive has it: of one before which this one comes, it is the
 * other that waits. False when both would wait for each other then. */
static bool
know(struct translation *t, struct draft *other, const char **known)
{
	bool of_other = is_said_of_other(t->directive);
	bool orders = strcmp(t->directive->key, "wants") != 0;
	struct draft *waiting = of_other ? other : t->draft, *first = of_other ? t->draft : other;
	struct err err;

	if (orders && waits_for(t->import, first, waiting))
		return false;
	if (of_other && !draft_set(other, translate_key(t), t->draft->name, "", &err))
		return false;
	*known = arena_printf(t->import->arena, "%s%s%s", *known, (*known)[0] != '\0' ? " " : "", other->name);
	return true;
}

/* The names of a value, by what they are here: "", or with blanks between them. */
struct others {
	const char *known, *missing, *sockets, *circle;
};

static const char *
and_also(struct arena *arena, const char *names, const char *name)
{
	return arena_printf(arena, "%s%s%s", names, names[0] != '\0' ? " " : "", name);
}

static void
take_name(struct translation *t, const char *word, struct others *o)
{
	size_t n = strlen(word);
	bool is_socket = n > 7 && strcmp(word + n - 7, ".socket") == 0;
	struct arena *arena = t->import->arena;
	const char *shown = hole_show(arena, word);

	if (is_always_there(t, word))
		return;
	if (t->directive->key[0] != '\0' && imported(t, word) != NULL) {
		if (!know(t, imported(t, word), &o->known))
			o->circle = and_also(arena, o->circle, shown);
	} else if (!is_socket) {
		o->missing = and_also(arena, o->missing, shown);
	} else if (strcmp(t->directive->name, "After") != 0) {
		/* to be behind one's own socket needs no saying: it is open before anybody is started */
		o->sockets = and_also(arena, o->sockets, shown);
	}
}

/* What is lost comes before what is known: a directive is KEPT only where all of it was. */
static void
settle_order(struct translation *t, const struct others *o)
{
	struct ledger *ledger = &t->import->ledger;

	if (t->value[0] == '\0')
		translate_settle(t, FATE_MEANINGLESS, "it only empties what stood before it");
	else if (o->missing[0] != '\0' && strchr(t->value, ',') != NULL && strchr(t->value, ' ') == NULL)
		translate_settle(t, FATE_MEANINGLESS,
			"systemd passes over it: names are parted by blanks, not by commas");
	else if (o->missing[0] != '\0')
		ledger_settle(ledger, t->entry, FATE_LOST, "", "%s: %s", o->missing, t->directive->reason);
	else if (o->circle[0] != '\0')
		ledger_settle(ledger, t->entry, FATE_LOST, "",
			"%s waits for this one itself: what is said of both here would have them wait for each other",
			o->circle);
	else if (o->sockets[0] != '\0')
		ledger_settle(ledger, t->entry, FATE_LOST, "",
			"%s was not given: name its file beside this one, so that its addresses become bind",
			o->sockets);
	else if (o->known[0] == '\0')
		translate_settle(t, FATE_IMPLIED,
			"Bridle opens the listeners of its services itself, and bridled is started when "
			"the machine is up");
}

void
translate_order(struct translation *t)
{
	struct others o = { .known = "", .missing = "", .sockets = "", .circle = "" };
	const char *rest = t->value;
	char *word = arena_alloc(t->import->arena, strlen(rest) + 1);

	while (word != NULL && execline_next(&rest, word, NULL) == WORD_TAKEN)
		take_name(t, word, &o);
	if (o.known[0] != '\0' && strcmp(t->directive->name, "Before") == 0)
		ledger_settle(&t->import->ledger, t->entry, FATE_KEPT, "after", "of %s", o.known);
	else if (o.known[0] != '\0')
		translate_set(t, translate_key(t), o.known,
			strcmp(t->directive->name, "PartOf") == 0 ? "a start of this one starts it, too" : "");
	settle_order(t, &o);
}

/* What it changes that the unit which is named is not imported, by the key that it would have got. */
static const char *
why_unwanted(const struct directive *d)
{
	return d->key[0] == '\0' ? "it does not keep this service running: restart = always does" :
		strcmp(d->key, "wants") == 0 ?
				   "it does not start this service, which is started with bridled (autostart)" :
				   "it starts whether or not this service is there, and runs on when that is stopped";
}

/* [Install] has other units want this one: targets as a rule, which are there at boot. Of a socket unit it is the listener that
 * is wanted, which its service has. */
void
translate_wanted_by(struct translation *t)
{
	const char *rest = t->value, *missing = "", *known = "", *circle = "";
	struct arena *arena = t->import->arena;
	char *word = arena_alloc(arena, strlen(rest) + 1);

	while (word != NULL && !t->unit->is_socket && execline_next(&rest, word, NULL) == WORD_TAKEN) {
		struct draft *other = t->directive->key[0] != '\0' ? imported(t, word) : NULL;
		const char **list = other != NULL ? &circle : &missing;
		size_t n = strlen(word);

		if (n > 8 && strcmp(word + n - 8, ".service") == 0 && (other == NULL || !know(t, other, &known)))
			*list = arena_printf(arena, "%s%s%s", *list, (*list)[0] != '\0' ? " " : "",
				hole_show(arena, word));
	}
	if (missing[0] != '\0')
		ledger_settle(&t->import->ledger, t->entry, FATE_LOST, "", "%s: %s", missing,
			why_unwanted(t->directive));
	else if (circle[0] != '\0')
		ledger_settle(&t->import->ledger, t->entry, FATE_LOST, "",
			"%s comes first by what else is said: with this, the two would wait for each other", circle);
	else if (known[0] != '\0')
		ledger_settle(&t->import->ledger, t->entry, FATE_KEPT, t->directive->key, "of %s", known);
	else
		translate_as_listed(t);
}
