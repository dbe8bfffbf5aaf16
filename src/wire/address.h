/*
 * address -- of which client an access line is, as far as that tells it from other lines.
 */
#ifndef BRIDLE_WIRE_ADDRESS_H
#define BRIDLE_WIRE_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of the IPv6 address ("::1", "2001:db8::17", "::ffff:10.0.0.17", in small letters) that the N bytes AT begin with, or 0. It has
 * "::" or seven colons (RFC 4291, 2.2): "15:25:49" is a clock. */
size_t address_v6(const char *at, size_t n);

/* Do the N bytes of LINE begin as most lines of most logs: with "10.0.0.17", "::1 - ", or "- - ", which is a client behind a Unix socket
 * (Gunicorn's %(h)s without an address)? A cheap look, and no proof: what follows must be an access line as well. */
bool address_is_client(const char *line, size_t n);

#endif
