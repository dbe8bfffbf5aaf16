#include "order_text.h"

#include <signal.h>

static const char *
signal_word(int signal)
{
	switch (signal) {
	case SIGTERM: return "TERM";
	case SIGQUIT: return "QUIT";
	case SIGKILL: return "KILL";
	case SIGHUP: return "HUP";
	default: return "?";
	}
}

void
order_text(struct text *t, const struct life_order *order)
{
	switch ((enum life_order_kind)order->kind) {
	case ORDER_SPAWN: text_addf(t, "spawn %u", order->number); break;
	case ORDER_SIGNAL: text_addf(t, "%s %u", signal_word(order->signal), order->slot); break;
	case ORDER_SIGNAL_ALL: text_addf(t, "%s all %u", signal_word(order->signal), order->slot); break;
	case ORDER_LISTEN: text_add(t, "listen"); break;
	case ORDER_MOVED:
		text_addf(t, "%s -> %s", life_state_name(order->from), life_state_name(order->to));
		if (order->wait > 0)
			text_addf(t, " %u", order->wait);
		break;
	}
}
