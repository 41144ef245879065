/* SPDX-License-Identifier: MIT */
/*
 * import_csv: rows of a file with the columns act and prompt, such as the
 * public collections of prompts have; other columns are not looked at.
 */
#ifndef CLI_IMPORT_CSV_H
#define CLI_IMPORT_CSV_H

#include "cli/importer.h"

#include <stdio.h>

/* Read the file to its end; size_bytes is for the progress.  False after a
 * failure that ends the import, which was told. */
bool import_csv(struct importer *im, FILE *file, int64_t size_bytes);

#endif
