#include "unit.h"

#include <string.h>

#include "base/pathname.h"

static const struct {
	const char *path, *place, *rest; /* NULL: it is not below */
} rows[] = {
	{ "/srv/shop", "/srv/shop", "" },
	{ "/srv/shop/media", "/srv/shop", "/media" },
	{ "/srv/shop/media/a", "/srv/shop", "/media/a" },
	{ "/srv/shop-old", "/srv/shop", NULL },
	{ "/srv/sho", "/srv/shop", NULL },
	{ "/srv", "/srv/shop", NULL },
	{ "/var/srv/shop", "/srv/shop", NULL },
	{ "/srv/shop/", "/srv/shop", "" },
	{ "/srv/shop/media/", "/srv/shop", "/media/" },
	{ "/srv/shop", "/srv/shop/", "" },
	{ "/srv/shop/media", "/srv/shop/", "/media" },
	{ "/srv/shop//media", "/srv/shop//", "//media" },
	{ "/srv/shop-old", "/srv/shop/", NULL },
	{ "/srv", "/", "/srv" },
	{ "/", "/", "" },
	{ "//", "/", "" },
	{ "/", "/srv", NULL },
	{ "srv", "/", NULL },
	{ "srv/shop", "srv", "/shop" },
};

static void
a_place_holds_itself_and_what_is_below(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *rest = pathname_rest(rows[i].path, rows[i].place);

		if ((rest == NULL) != (rows[i].rest == NULL) || (rest != NULL && strcmp(rest, rows[i].rest) != 0))
			fail_msg("'%s' below '%s': '%s'", rows[i].path, rows[i].place, rest != NULL ? rest : "(not)");
		assert_int_equal(pathname_is_below(rows[i].path, rows[i].place), rest != NULL);
	}
}

static void
a_path_goes_up_by_a_part_of_its_own(void **state)
{
	(void)state;
	for (size_t i = 0; i < 5; i++) {
		const char *up = (const char *const[]){ "/srv/..", "/srv/../etc", "..", "../srv", "/.." }[i];
		const char *not = (const char *const[]){ "/srv/...", "/srv/..etc", ".", "/srv/a..", "/" }[i];

		assert_true(pathname_goes_up(up, strlen(up)));
		assert_false(pathname_goes_up(not, strlen(not)));
	}
	assert_false(pathname_goes_up("/srv:/..", 4));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_place_holds_itself_and_what_is_below),
		cmocka_unit_test(a_path_goes_up_by_a_part_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
