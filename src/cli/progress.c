/* SPDX-License-Identifier: MIT */
#include "cli/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BAR_CELLS 40

void
progress_begin(struct progress *p, const char *what, int64_t total)
{
	*p = (struct progress){
		.what = what,
		.total = total,
		.is_terminal = isatty(STDERR_FILENO) == 1,
	};
}

static void
draw_bar(const struct progress *p, int64_t percent)
{
	char bar[BAR_CELLS + 1];
	size_t full = (size_t)(percent * BAR_CELLS / 100);

	memset(bar, ' ', BAR_CELLS);
	memset(bar, '#', full);
	bar[BAR_CELLS] = '\0';
	fprintf(stderr, "\r%s [%s] %3" PRId64 "%%", p->what, bar, percent);
	fflush(stderr);
}

void
progress_show(struct progress *p, int64_t done)
{
	int64_t percent, step;

	if (p->total <= 0)
		return;
	if (done > p->total)
		done = p->total;
	percent = (int64_t)(100.0 * (double)done / (double)p->total);
	step = p->is_terminal ? percent : percent / 10;
	if (step <= p->shown)
		return;
	p->shown = step;
	if (p->is_terminal)
		draw_bar(p, percent);
	else
		fprintf(stderr, "%s %" PRId64 "%%\n", p->what, percent);
}

void
progress_end(struct progress *p)
{
	if (p->is_terminal && p->shown > 0)
		fputc('\n', stderr);
	p->shown = 0;
}
