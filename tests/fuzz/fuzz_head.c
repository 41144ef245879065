/* SPDX-License-Identifier: MIT */
/*
 * How a FastCGI request begins.  What is whole stays so whatever follows, and
 * is so from one byte on; until then it is a part.
 */
#include "fuzz.h"

#include "http/porch.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum porch_head before = PORCH_PART, head;
	size_t len;

	if (size > 1000)
		size = 1000;
	for (len = 0; len <= size; len++) {
		head = porch_read_head(data, len);
		MUST(before == PORCH_PART || head == before);
		before = head;
	}
	return 0;
}
