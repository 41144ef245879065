/* SPDX-License-Identifier: MIT */
/*
 * import_json: what the admin family exports, {"data":[…]}; the body of its
 * import, {"prompts":[…]}; and a PromptCrafter data file, {"users":[…],
 * "prompts":[…]}.
 *
 * A prompt with a title is PromptCrafter's, one with a name the admin
 * family's.  Users become members without a password; the password hashes of
 * a file are never read.
 */
#ifndef CLI_IMPORT_JSON_H
#define CLI_IMPORT_JSON_H

#include "cli/importer.h"

#include <stddef.h>

/* Read the whole text.  It is scanned in place (some 40 bytes are kept for
 * each item) and read item by item.  False after a failure that ends the
 * import, which was told. */
bool import_json(struct importer *im, const char *text, size_t len);

#endif
