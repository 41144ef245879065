/* SPDX-License-Identifier: MIT */
/*
 * statement: every SQL statement of the program, by number.
 *
 * The texts live in sql/queries and are embedded at build time: a statement
 * that does not exist is a compile error, and nothing is ever put together
 * at run time.
 */
#ifndef STORE_STATEMENT_H
#define STORE_STATEMENT_H

enum statement {
#include "statement_names.h"
	STATEMENT_COUNT
};

enum statement_mode {
	STATEMENT_READ,  /* runs in any transaction */
	STATEMENT_WRITE, /* runs on the writer's connection only */
};

struct statement_info {
	const char *name;
	enum statement_mode mode;
	const char *sql;
};

const struct statement_info *statement_info(enum statement name);

#endif
