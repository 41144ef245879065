/* SPDX-License-Identifier: MIT */
/*
 * promptledger config: prints the settings that hold, in the form of the
 * file, and where each comes from.  It opens no data, so it also serves when
 * they cannot be opened.
 *
 * What a web server sets (SetEnv in .htaccess) reaches only the programs that
 * it starts, and is not seen here.
 */
#include "cli/command.h"

#include "base/buf.h"
#include "base/text.h"
#include "wire/doc.h"

#include <getopt.h>
#include <stdio.h>

static void
print_plain(const struct config *c, struct arena *a)
{
	const struct config_setting *s;
	const char *source;

	for (s = config_settings(); s->name != NULL; s++) {
		source = config_source(c, s);
		/* The file cannot say where it lies itself. */
		printf("# %s%s\n%s%s = %s\n", source,
		    s == config_settings() ? "; not to be set in the file" : "",
		    s == config_settings() ? "# " : "", s->name,
		    config_value(c, s, a));
	}
}

static void
print_json(const struct config *c, struct arena *a)
{
	const struct config_setting *s;
	struct buf out;
	struct doc d;

	buf_init(&out, 1 << 20);
	doc_init(&d, &out);
	doc_object(&d, NULL);
	for (s = config_settings(); s->name != NULL; s++) {
		doc_object(&d, s->name);
		doc_text(&d, "value", config_value(c, s, a));
		doc_text(&d, "source", config_source(c, s));
		doc_object_end(&d);
	}
	doc_object_end(&d);
	puts(buf_string(&out));
	buf_free(&out);
}

static int
run_config(const struct command *self, int argc, char **argv)
{
	static const struct option options[] = {
		{ "data", required_argument, NULL, 'd' },
		{ "json", no_argument, NULL, 'j' },
		{ NULL, 0, NULL, 0 },
	};
	struct command_session s = { .arena = NULL };
	const char *data = NULL;
	bool as_json = false;
	int option, status = COMMAND_DONE;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'd')
			data = optarg;
		else if (option == 'j')
			as_json = true;
		else
			return command_misused(self, NULL);
	}
	if (optind != argc)
		return command_misused(self, "too many arguments");
	s.arena = arena_new();
	if (config_load(&s.config, data, s.arena, &s.failure) != ERR_NONE)
		status = command_failed(&s, "cannot read the settings");
	else if (as_json)
		print_json(&s.config, s.arena);
	else
		print_plain(&s.config, s.arena);
	arena_free(s.arena);
	return status;
}

const struct command config_command = {
	.name = "config",
	.usage = "[--data DIR] [--json]",
	.summary = "print the settings that hold, and where each comes from",
	.run = run_config,
};
