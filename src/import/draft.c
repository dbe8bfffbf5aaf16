#include "import/draft.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "conf/heading.h"
#include "conf/values.h"
#include "conf/words.h"
#include "import/hole.h"
#include "wire/execline.h"

void
draft_init(struct draft *d, struct arena *arena, enum conf_kind kind, const char *name)
{
	char *clean;

	*d = (struct draft){ .arena = arena, .kind = kind, .title = "", .directory = "" };
	d->variables.arena = d->hints.arena = arena;
	clean = arena_alloc(arena, CONF_NAME_MAX + 1);
	if (clean == NULL)
		return;
	for (size_t i = 0; i < CONF_NAME_MAX && name[i] != '\0'; i++)
		clean[i] =
			strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.@-", name[i]) != NULL ?
			name[i] :
			'-';
	for (size_t n = strlen(clean); n > 0 && strchr("@-", clean[n - 1]) != NULL; n--)
		clean[n - 1] = '\0';
	clean += strspn(clean, ".-");
	d->name = clean[0] == '\0' ? "web" : heading_is_taken(clean) ? arena_printf(arena, "%s-1", clean) : clean;
}

/* Whether TEXT stands behind "key = " as it is: blanks at its ends would be taken for those of the line (conf/lines.c). */
static bool
fits_line(enum key_id key, const char *text, struct err *err)
{
	size_t n = strlen(text);

	if (n + strlen(conf_keys[key].name) + 8 > CONF_LINE_MAX)
		return err_set(err, 0, "it is longer than a line of %d bytes", CONF_LINE_MAX);
	if (n > 0 && (text[0] == ' ' || text[n - 1] == ' '))
		return err_set(err, 0, "a blank at its beginning or its end cannot be written");
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return err_set(err, 0, "it holds a control character");
	return true;
}

bool
draft_reads(const struct draft *d, enum key_id key, const char *text, struct err *err)
{
	union {
		int64_t number;
		struct conf_binds binds;
		struct conf_words words;
		struct conf_workers workers;
	} value;
	struct value_place place = { d->arena, &conf_keys[key], "/" };

	if (!key_fits(&conf_keys[key], d->kind))
		return err_set(err, 0, "only %s has %s", d->kind == CONF_GUNICORN ? "a [program]" : "a Gunicorn",
			conf_keys[key].name);
	return fits_line(key, text, err) && value_parse(&place, text, &value, err);
}

static struct draft_setting *
find(const struct draft *d, enum key_id key)
{
	for (struct draft_setting *s = d->first; s != NULL; s = s->next)
		if (s->key == key)
			return s;
	return NULL;
}

static void
append(struct draft *d, struct draft_setting setting)
{
	struct draft_setting *s = arena_alloc(d->arena, sizeof *s);

	if (s == NULL)
		return;
	*s = setting;
	if (d->last != NULL)
		d->last->next = s;
	else
		d->first = s;
	d->last = s;
}

/* Keys that may be said several times are joined in the end (conf); of the others the last one counts, in the place of
 * the first. */
static void
put(struct draft *d, struct draft_setting setting)
{
	struct draft_setting *old = find(d, setting.key), *next;

	if (old == NULL || key_places[setting.key].kind->joined) {
		append(d, setting);
		return;
	}
	next = old->next;
	*old = setting;
	old->next = next;
}

bool
draft_set(struct draft *d, enum key_id key, const char *value, const char *note, struct err *err)
{
	struct draft_setting setting = { .key = key, .value = value, .note = note };

	if (!hole_is_in(value)) {
		if (!draft_reads(d, key, value, err))
			return false;
		put(d, setting);
		return true;
	}
	setting.note = arena_printf(d->arena, "%s%sfill in: %s", note, note[0] != '\0' ? "; " : "",
		hole_list(d->arena, value));
	/* a word that reads as a value stands in: the file can be checked before it is filled in */
	setting.value = hole_stand_in(d->arena, value);
	if (!draft_reads(d, key, setting.value, err)) {
		/* no word would do for a number or a choice: the line becomes a comment, as it was written */
		setting.value = hole_show(d->arena, value);
		setting.is_off = true;
	}
	put(d, setting);
	return !setting.is_off ||
		err_set(err, 0, "%s is not known here: it stands in the file as a comment, to be filled in",
			hole_list(d->arena, value));
}

bool
draft_has(const struct draft *d, enum key_id key)
{
	return find(d, key) != NULL;
}

/* More than draft_has(): what is a comment, or empty, says nothing. */
bool
draft_says(const struct draft *d, enum key_id key)
{
	for (const struct draft_setting *s = d->first; s != NULL; s = s->next)
		if (s->key == key && !s->is_off && s->value[0] != '\0')
			return true;
	return false;
}

const char *
draft_get(const struct draft *d, enum key_id key)
{
	const char *value = "";

	for (const struct draft_setting *s = d->first; s != NULL; s = s->next)
		if (s->key == key && !s->is_off)
			value = s->value;
	return value;
}

void
draft_unset(struct draft *d, enum key_id key)
{
	struct draft_setting **at = &d->first;

	/* found again on the way: the last that stays */
	d->last = NULL;
	while (*at != NULL) {
		if ((*at)->key == key) {
			*at = (*at)->next;
		} else {
			d->last = *at;
			at = &(*at)->next;
		}
	}
}

/* By value, each of them: a restored draft must not see what was changed in the meantime. */
struct draft
draft_save(const struct draft *d)
{
	struct draft saved = *d;

	saved.first = saved.last = NULL;
	for (struct draft_setting *s = d->first; s != NULL; s = s->next) {
		struct draft_setting copy = *s;

		copy.next = NULL;
		append(&saved, copy);
	}
	return saved;
}

/* Lists of words only grow: their counts take back what was added (wordlist.h). */
void
draft_restore(struct draft *d, const struct draft *saved)
{
	d->first = saved->first;
	d->last = saved->last;
	d->directory = saved->directory;
	d->listener_umask = saved->listener_umask;
	d->variables.count = saved->variables.count;
	d->hints.count = saved->hints.count;
}

const char *
draft_path(const struct draft *d, const char *word)
{
	bool rooted = word[0] == '/' || word[0] == '~';
	size_t n = strlen(d->directory);

	if (word[0] == HOLE_OPEN) /* of a path, it most likely is the beginning */
		return arena_printf(d->arena, "/%s", word);
	while (strncmp(word, "./", 2) == 0)
		word += 2;
	if (rooted)
		return word;
	if (n == 0)
		return arena_printf(d->arena, "/%cdirectory%c/%s", HOLE_OPEN, HOLE_CLOSE, word);
	return arena_printf(d->arena, "%s%s%s", d->directory, d->directory[n - 1] == '/' ? "" : "/", word);
}

/* Twice, and its quotes: each byte may need a backslash. */
const char *
draft_quote(struct arena *arena, const char *word)
{
	size_t size = 2 * strlen(word) + 3;
	char *buffer = arena_alloc(arena, size);
	struct text t;

	if (buffer == NULL)
		return "";
	text_init(&t, buffer, size);
	words_quote(&t, word);
	return buffer;
}
