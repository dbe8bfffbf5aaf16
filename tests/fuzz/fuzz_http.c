/*
 * fuzz_http -- the input is what a service answers to a probe. A status comes out, or none; more bytes never change one;
 * and no target or host can put a line of its own into a request.
 */
#include <string.h>

#include "fuzz.h"
#include "wire/http.h"

static void
check_answer(const char *bytes, size_t size)
{
	int status = http_status(bytes, size);

	MUST(status == -1 || status == 0 || (status >= 100 && status <= 599));
	MUST(status != 0 || size < HTTP_STATUS_LINE);
	for (size_t n = 0; n < size && n <= HTTP_STATUS_LINE; n++) {
		int sooner = http_status(bytes, n);

		MUST(sooner == 0 || sooner == status);
	}
}

static void
check_request(const char *bytes, size_t size)
{
	char word[256], request[512];
	struct text t;
	unsigned lines = 0;

	text_init(&t, request, sizeof request);
	if (size >= sizeof word)
		return;
	memcpy(word, bytes, size);
	word[size] = '\0';
	if (!http_request(&t, word, "localhost"))
		return;
	for (const char *p = request; *p != '\0'; p++)
		lines += *p == '\n';
	MUST(lines == 5);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_answer((const char *)data, size);
	check_request((const char *)data, size);
	return 0;
}
