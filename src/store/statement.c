/* SPDX-License-Identifier: MIT */
#include "store/statement.h"

#include <assert.h>

static const struct statement_info statements[STATEMENT_COUNT] = {
#include "statement_table.h"
};

const struct statement_info *
statement_info(enum statement name)
{
	assert(name < STATEMENT_COUNT);
	return &statements[name];
}
