/* SPDX-License-Identifier: MIT */
/*
 * fill: puts the program's own tables into its manual pages, at build time,
 * so that they cannot say anything else.
 *
 *	fill TEMPLATE >PAGE
 *
 * A line @commands@ becomes the list of commands and @settings@ that of the
 * settings, both in mdoc(7); @defaults@ becomes the settings as a file of
 * comments.
 */
#include "base/config.h"
#include "cli/command.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define COLUMNS 76

/* Text as roff takes it literally, hyphens as minus signs. */
static void
put_literal(const char *text)
{
	/* A line that begins with one of these would be a request. */
	if (*text == '.' || *text == '\'')
		fputs("\\&", stdout);
	for (; *text != '\0'; text++) {
		if (*text == '\\')
			fputs("\\e", stdout);
		else if (*text == '-')
			fputs("\\-", stdout);
		else
			putchar(*text);
	}
	putchar('\n');
}

/* The next word of text fits behind column characters. */
static bool
fits(const char *text, size_t column)
{
	return column == 0 || column + 1 + strcspn(text, " ") <= COLUMNS;
}

/* How much longer put_literal makes the first len bytes of text. */
static size_t
count_escapes(const char *text, size_t len)
{
	size_t i, count = 0;

	for (i = 0; i < len; i++)
		count += text[i] == '-' || text[i] == '\\';
	return count;
}

/* Sentences, each on lines of its own, as mdoc wants it. */
static void
put_sentences(const char *text)
{
	char line[COLUMNS + 256] = "";
	size_t used = 0, column, len;
	bool ends = false;

	for (; *text != '\0'; text += strspn(text, " ")) {
		len = strcspn(text, " ");
		column = used + count_escapes(line, used);
		if (ends || !fits(text, column + count_escapes(text, len))) {
			put_literal(line);
			used = 0;
		}
		snprintf(line + used, sizeof(line) - used, "%s%.*s",
		    used == 0 ? "" : " ", (int)len, text);
		used = strlen(line);
		text += len;
		ends = text[-1] == '.' && text[0] == ' ' && text[1] == ' ';
	}
	if (used > 0)
		put_literal(line);
}

static void
put_commands(void)
{
	const struct command *const *c;

	for (c = command_list(); *c != NULL; c++) {
		printf(".It Xo\n.Ic %s\n", (*c)->name);
		if ((*c)->usage[0] != '\0')
			put_sentences((*c)->usage);
		puts(".Xc");
		put_sentences((*c)->summary);
	}
}

/* Its range or choices, and its default. */
static void
put_limits(const struct config_setting *s)
{
	if (s->type == CONFIG_INTEGER)
		printf("A number from %" PRId64 " to %" PRId64 ".\n", s->min,
		    s->max);
	if (s->type == CONFIG_CHOICE)
		printf("One of: %s.\n", s->choices);
	if (s->fallback[0] != '\0')
		printf("Default: %s.\n", s->fallback);
}

static void
put_settings(void)
{
	const struct config_setting *s;

	for (s = config_settings(); s->name != NULL; s++) {
		printf(".It Va %s\n", s->name);
		put_sentences(s->help);
		put_limits(s);
	}
}

/* Words as a comment of lines that fit. */
static void
put_comment(const char *text)
{
	size_t column = 1, len;

	putchar('#');
	for (; *text != '\0'; text += strspn(text, " ")) {
		if (!fits(text, column)) {
			fputs("\n#", stdout);
			column = 1;
		}
		len = strcspn(text, " ");
		printf(" %.*s", (int)len, text);
		column += 1 + len;
		text += len;
	}
	putchar('\n');
}

static void
put_defaults(void)
{
	const struct config_setting *s;

	for (s = config_settings(); s->name != NULL; s++) {
		/* The file lies there, so it cannot say where. */
		if (strcmp(s->name, "data") == 0)
			continue;
		putchar('\n');
		put_comment(s->help);
		printf("#%s =%s%s\n", s->name,
		    s->fallback[0] == '\0' ? "" : " ", s->fallback);
	}
}

int
main(int argc, char **argv)
{
	char line[4096];
	FILE *template;

	if (argc != 2 || (template = fopen(argv[1], "re")) == NULL) {
		fputs("usage: fill TEMPLATE\n", stderr);
		return 2;
	}
	while (fgets(line, sizeof(line), template) != NULL) {
		if (strcmp(line, "@commands@\n") == 0)
			put_commands();
		else if (strcmp(line, "@settings@\n") == 0)
			put_settings();
		else if (strcmp(line, "@defaults@\n") == 0)
			put_defaults();
		else
			fputs(line, stdout);
	}
	if (ferror(template) != 0)
		perror(argv[1]);
	fclose(template);
	return fflush(stdout) == 0 ? 0 : 1;
}
