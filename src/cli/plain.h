/* SPDX-License-Identifier: MIT */
/*
 * plain: text that may come from clients, as it can be shown to a person:
 * nothing of it may steer a terminal or turn round what stands beside it.
 */
#ifndef CLI_PLAIN_H
#define CLI_PLAIN_H

#include "base/buf.h"

/* Add text with a '?' for each control character (C0, DEL, C1, and those that
 * change the direction of writing), for white space other than U+0020, and
 * for bytes that are no UTF-8. */
void plain_text(struct buf *out, const char *text);

/* The same with a '?' for each blank, too, so that it stays one word. */
void plain_word(struct buf *out, const char *text);

#endif
