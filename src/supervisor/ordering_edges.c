/*
 * ordering_edges.c -- who says what of whom: `after`, `requires` and `wants` of the configuration, as edges between slots.
 */
#include "supervisor/ordering.h"

#include <errno.h>
#include <stdlib.h>

#include "base/log.h"
#include "supervisor/bridled.h"
#include "supervisor/service.h"

bool
ordering_init(struct bridled *b, struct err *err)
{
	b->order = (struct order){ .nodes = calloc(b->capacity, sizeof *b->order.nodes), .node_count = b->capacity };
	return b->order.nodes != NULL || err_set(err, errno, "cannot keep the order of %u services", b->capacity);
}

/* Edges are const to all who think about them. */
void
ordering_free(struct bridled *b)
{
	free(b->order.nodes);
	free((void *)b->order.edges);
}

struct learning {
	struct bridled *b;
	struct order_edge *edges; /* NULL: only counting */
	uint32_t count;
};

/* Called twice: first only to count, with names of nobody among them, then to write, at most as many. */
static void
learn_names(struct learning *l, uint32_t of, const struct conf_words *names, uint8_t kind)
{
	for (uint32_t i = 0; i < names->count; i++) {
		const struct service *on = l->edges == NULL ? NULL : service_find(l->b, names->at[i]);

		if (on != NULL)
			l->edges[l->count] = (struct order_edge){ of, on->slot, kind };
		l->count += on != NULL || l->edges == NULL;
	}
}

static void
learn_all(struct learning *l, const struct conf *conf)
{
	for (uint32_t i = 0; i < conf->service_count; i++) {
		/* one that was found but could not be made (reread.c) has no slot */
		const struct service *s = service_find(l->b, conf->services[i].name);
		struct conf_service c;

		conf_decode_service(&conf->services[i], &c);
		if (s == NULL || c.after.count + c.requires.count + c.wants.count == 0)
			continue;
		learn_names(l, s->slot, &c.after, ORDER_AFTER);
		learn_names(l, s->slot, &c.requires, ORDER_REQUIRES);
		learn_names(l, s->slot, &c.wants, ORDER_WANTS);
	}
}

/* Names of nobody are errors that conf/relations.c has told; here they are passed over. */
void
ordering_learn(struct bridled *b, const struct conf *conf)
{
	struct learning l = { .b = b };

	free((void *)b->order.edges);
	b->order.edges = NULL;
	b->order.edge_count = 0;
	learn_all(&l, conf);
	if (l.count == 0)
		return;
	l.edges = calloc(l.count, sizeof *l.edges);
	if (l.edges == NULL) {
		log_error("no memory for the order among services: they start and stop side by side");
		return;
	}
	l.count = 0;
	learn_all(&l, conf);
	b->order.edges = l.edges;
	b->order.edge_count = l.count;
}
