#include "core/life_feed.h"

#include "core/life_rules.h"

/* Nothing is too far away to be added: limits are a day at most (conf/keys.def), or the year that stands for none
 * (plan_settings.c), and NOW is the time since boot. */
static msec
due_at(const struct life *l, enum life_due due, msec wait, msec now)
{
	switch (due) {
	case DUE_NEVER: return MSEC_NEVER;
	case DUE_KEEP: return l->due;
	case DUE_AFTER_START: return now + l->limits.start_timeout;
	case DUE_AFTER_WAIT: return now + wait;
	case LIFE_DUE_COUNT: break;
	}
	return MSEC_NEVER;
}

bool
life_feed(struct life *l, enum life_event event, msec wait, msec now)
{
	const struct life_rule *rule = &life_rules[l->state][event];
	enum life_state from = l->state;

	/* no rule: that event means nothing in this state, and whoever asked is told so */
	if (rule->act == ACT_NO_RULE)
		return false;
	l->state = rule->next;
	l->due = due_at(l, rule->due, wait, now);
	/* the deeds are queued before the news: a successor should not wait until a line of log is written */
	life_act(l, rule->act, now);
	/* not rule->next: the act may have made it RESTARTING. Who did not move has nothing to tell */
	if (l->state == from)
		return true;
	l->since = now;
	orders_push(&l->orders,
		&(struct life_order){ .kind = ORDER_MOVED,
			.from = (uint8_t)from,
			.to = (uint8_t)l->state,
			.event = (uint8_t)event,
			/* a day in ms fits */
			.wait = l->state == LIFE_WAITING ? (uint32_t)wait : 0 });
	return true;
}

void
life_settle(struct life *l, msec now)
{
	if (generation_none_left(l->slots, LIFE_SLOTS))
		life_feed(l, ON_EMPTY, 0, now);
	/* a successor needs one: CLEAR comes when it is free */
	if (generation_find_free(l->slots, LIFE_SLOTS) == LIFE_SLOTS)
		return;
	if (l->state == LIFE_REPLACING ? l->next == LIFE_NONE && l->limits.held :
					 generation_none_in_way(l->slots, LIFE_SLOTS, l->limits.held))
		life_feed(l, ON_CLEAR, 0, now);
}
