/* SPDX-License-Identifier: MIT */
/*
 * Gives a fuzz target every file of its corpus, one test each: what fuzzing
 * has found once stays found, with no libFuzzer at hand.
 */
#include "fuzz.h"

#include <dirent.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>

#include <cmocka.h>

#define FILES_MAX 1000

static void
replay_file(void **state)
{
	const char *path = *state;
	FILE *file = fopen(path, "rb");
	struct stat st;
	uint8_t *bytes;

	assert_non_null(file);
	assert_int_equal(fstat(fileno(file), &st), 0);
	/* Exactly as long as the file: a step past its end is seen. */
	bytes = malloc((size_t)st.st_size);
	assert_true(bytes != NULL || st.st_size == 0);
	assert_int_equal(
	    fread(bytes, 1, (size_t)st.st_size, file), (size_t)st.st_size);
	fclose(file);
	assert_int_equal(LLVMFuzzerTestOneInput(bytes, (size_t)st.st_size), 0);
	free(bytes);
}

static int
is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

int
main(void)
{
	static struct CMUnitTest tests[FILES_MAX];
	static char paths[FILES_MAX][PATH_MAX];
	struct dirent **names;
	int count = scandir(FUZZ_CORPUS, &names, is_visible, alphasort), i;

	if (count <= 0 || count > FILES_MAX) {
		fprintf(stderr, "%s: no corpus\n", FUZZ_CORPUS);
		return 1;
	}
	for (i = 0; i < count; i++) {
		snprintf(paths[i], sizeof(paths[i]), "%s/%s", FUZZ_CORPUS,
		    names[i]->d_name);
		tests[i] = (struct CMUnitTest){
			.name = paths[i],
			.test_func = replay_file,
			.initial_state = paths[i],
		};
		free(names[i]);
	}
	free(names);
	return _cmocka_run_group_tests(
	    FUZZ_CORPUS, tests, (size_t)count, NULL, NULL);
}
