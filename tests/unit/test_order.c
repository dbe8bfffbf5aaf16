#include "unit.h"

#include <string.h>

#include "base/text.h"
#include "core/order.h"

/* Services are the letters a to h. Edges: "b>a" b after a, "b!a" b requires a, "b?a" b wants a, "b+a" b wants a and is
 * after it. */
enum { MOST = 8 };

struct scene {
	struct order order;
	struct order_node nodes[MOST];
	struct order_edge edges[16];
};

static uint8_t
kinds(char c)
{
	switch (c) {
	case '>': return ORDER_AFTER;
	case '!': return ORDER_REQUIRES;
	case '?': return ORDER_WANTS;
	default: return ORDER_WANTS | ORDER_AFTER;
	}
}

static void
set(struct scene *s, const char *edges)
{
	*s = (struct scene){ .order = { .nodes = s->nodes, .node_count = MOST, .edges = s->edges } };
	for (uint32_t i = 0; i < MOST; i++)
		s->nodes[i] = (struct order_node){ .used = true, .state = LIFE_STOPPED };
	for (; *edges != '\0'; edges += edges[3] == ' ' ? 4 : 3)
		s->edges[s->order.edge_count++] =
			(struct order_edge){ (uint32_t)(edges[0] - 'a'), (uint32_t)(edges[2] - 'a'), kinds(edges[1]) };
}

/* Let all have their turn, once: "+a" is started, "-a" stopped, "xa(b)" refused because of b, "a(b)" waits for b. */
static void
turns(struct scene *s, struct text *t)
{
	for (uint32_t i = 0; i < MOST; i++) {
		struct order_node *n = &s->nodes[i];
		uint8_t wish = n->wish;
		uint32_t whom = 0;

		switch (order_turn(&s->order, i, &whom)) {
		case TURN_NONE: break;
		case TURN_WAIT:
			text_addf(t, " %c(%c)", 'a' + (char)i, 'a' + (char)whom);
			if (wish == WISH_START && (n->state == LIFE_STOPPED || n->state == LIFE_FAILED))
				n->state = LIFE_QUEUED;
			break;
		case TURN_REFUSE:
			text_addf(t, " x%c(%c)", 'a' + (char)i, 'a' + (char)whom);
			n->state = LIFE_FAILED;
			break;
		case TURN_GO:
			text_addf(t, " %c%c", wish == WISH_START ? '+' : '-', 'a' + (char)i);
			n->state = wish == WISH_START ? LIFE_STARTING : LIFE_STOPPING;
			break;
		}
	}
}

/* What happens, a word each: "Sa" a is to start, "Pa" to stop, "ra" a is ready, "fa" failed, "ga" is gone (stopped), "da" was
 * skipped, "wa" backs off, "." turns. */
static void
happen(struct scene *s, const char *what, struct text *t)
{
	static const struct {
		char letter;
		enum life_state state;
	} states[] = { { 'r', LIFE_RUNNING }, { 'f', LIFE_FAILED }, { 'g', LIFE_STOPPED }, { 'd', LIFE_STOPPED },
		{ 'w', LIFE_WAITING }, { 'o', LIFE_DONE } };

	for (; *what != '\0'; what++) {
		uint32_t i = (uint32_t)(what[1] - 'a');

		if (*what == ' ')
			continue;
		if (*what == '.') {
			text_add(t, t->len > 0 ? " |" : "|");
			turns(s, t);
			continue;
		}
		if (*what == 'S')
			order_wish_start(&s->order, i);
		else if (*what == 'P')
			order_wish_stop(&s->order, i);
		for (unsigned k = 0; k < sizeof states / sizeof states[0]; k++)
			if (states[k].letter == *what)
				s->nodes[i].state = (uint8_t)states[k].state;
		s->nodes[i].skipped = *what == 'd';
		what++;
	}
}

static const struct {
	const char *name, *edges, *what, *wanted;
} stories[] = {
	{ "strangers go at once", "", "Sa Sb .", "| +a +b" },
	{ "after, both to be started", "b>a", "Sa Sb . ra .", "| +a b(a) | +b" },
	{ "after one that nobody starts", "b>a", "Sb .", "| +b" },
	{ "after one that fails", "b>a", "Sa Sb . fa .", "| +a b(a) | +b" },
	{ "after one that backs off", "b>a", "Sa Sb . wa . ra .", "| +a b(a) | b(a) | +b" },
	{ "what is required is started, and theirs, and waited for", "c!b b!a", "Sc . ra . rb .",
		"| +a b(a) c(b) | +b c(b) | +c" },
	{ "the other way round in the list", "a!b", "Sa . rb .", "| a(b) +b | +a" },
	{ "the same after a failure", "a!b", "fb Sa . rb .", "| a(b) +b | +a" },
	{ "through several, whatever their order", "b!a c!b", "Sc . ra .", "| +a b(a) c(b) | +b c(b)" },
	{ "what is up does not ask for more", "c?b b?a", "rb Sc .", "| +c" },
	{ "one of two fails, and the other is coming", "c!b c!a", "Sc . fb .", "| +a +b c(a) | xc(b)" },
	{ "what is wanted is started, beside", "b?a", "Sb .", "| +a +b" },
	{ "what is wanted and comes before", "b+a", "Sb . fa .", "| +a b(a) | +b" },
	{ "a required one fails", "c!b b!a", "Sc . fa .", "| +a b(a) c(b) | xb(a) xc(b)" },
	{ "one of two fails: nobody waits for the other", "c!a c!b", "Sc . fb .", "| +a +b c(b) | xc(b)" },
	{ "a required oneshot", "b!a", "Sb . oa .", "| +a b(a) | +b" },
	{ "a required one that need not run", "b!a", "Sb . da .", "| +a b(a) | +b" },
	{ "a required one that is stopped meanwhile", "b!a", "Sb . ga .", "| +a b(a) | xb(a)" },
	{ "a required one that failed is tried again", "b!a", "fa Sb . ra .", "| +a b(a) | +b" },
	{ "what is up stays so", "b!a", "ra Sb . Sa .", "| +b |" },
	{ "side by side as far as the order allows", "c>a c>b d>c", "Sa Sb Sc Sd . ra . rb . rc .",
		"| +a +b c(b) d(c) | c(b) d(c) | +c d(c) | +d" },
	{ "a stop takes with it who requires it, first", "b!a", "ra rb Pa . gb .", "| a(b) -b | -a" },
	{ "who only wants it stays", "b+a", "ra rb Pa .", "| -a" },
	{ "all stop in reverse order", "c>b b>a", "ra rb rc Pa Pb Pc . gc . gb .", "| a(b) b(c) -c | a(b) -b | -a" },
	{ "a stop waits for one that is going", "b>a", "ra rb Pb . Pa . gb .", "| -b | a(b) | -a" },
	{ "who waits to start is not started any more", "b!a", "Sb . Pb . ra .", "| +a b(a) | -b |" },
	{ "one that is to stop is needed after all", "b!a", "ra Pa Sb .", "| +b" },
	{ "one that is going is needed after all", "b!a", "ra Pa . Sb . ra .", "| -a | +a b(a) | +b" },
	{ "a required one that somebody stops", "b!a c>b", "ra rb rc Pa . gb .", "| a(b) -b | -a" },
	{ "a circle of wishes ends", "a?b b?a", "Sa .", "| +a +b" },
};

static void
every_story(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sizeof stories / sizeof stories[0]; i++) {
		struct scene s;
		char seen[256];
		struct text t;

		text_init(&t, seen, sizeof seen);
		set(&s, stories[i].edges);
		happen(&s, stories[i].what, &t);
		if (strcmp(seen, stories[i].wanted) != 0)
			fail_msg("%s:\n%s\nwanted:\n%s", stories[i].name, seen, stories[i].wanted);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(every_story) };

	return cmocka_run_group_tests_name("order", tests, NULL, NULL);
}
