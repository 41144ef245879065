/* SPDX-License-Identifier: MIT */
/*
 * txn_private: what a transaction is made of, for query.c.  Private to
 * src/store.
 */
#ifndef STORE_TXN_PRIVATE_H
#define STORE_TXN_PRIVATE_H

#include "store/connection.h"
#include "store/txn.h"

struct txn {
	struct store *store;
	enum txn_mode mode;
	struct connection *connection;
	struct txn_call *call;
	uint64_t ids_drawn;
};

#endif
