/* SPDX-License-Identifier: MIT */
/* The signature of a log's head, against Python's hmac and hashlib. */
#include "base/seal.h"

#include "base/text.h"
#include "scratch.h"

static void
fill(unsigned char key[SEAL_KEY_BYTES], struct seal_head *head)
{
	unsigned char i;

	for (i = 0; i < SEAL_KEY_BYTES; i++)
		key[i] = i;
	memset(head->genesis, 1, sizeof(head->genesis));
	head->seq = 4711;
	memset(head->hash, 2, sizeof(head->hash));
}

static void
a_signature_is_what_the_documentation_says(void **state)
{
	unsigned char key[SEAL_KEY_BYTES], mac[SEAL_MAC_BYTES],
	    id[SEAL_KEY_ID_BYTES];
	char hex[2 * SEAL_MAC_BYTES + 1];
	struct seal_head head;

	(void)state;
	fill(key, &head);
	seal_make(key, &head, mac);
	text_hex(mac, sizeof(mac), hex);
	assert_string_equal(hex,
	    "5815abecf8fc6cfc54ec2b9070974b6f"
	    "1578bdb2105f4ff9933f840c85525e00");
	seal_key_id(key, id);
	text_hex(id, sizeof(id), hex);
	assert_string_equal(hex, "56249029fe78105c");
}

static void
it_fits_only_this_key_and_this_head(void **state)
{
	unsigned char key[SEAL_KEY_BYTES], mac[SEAL_MAC_BYTES];
	struct seal_head head, other;

	(void)state;
	fill(key, &head);
	seal_make(key, &head, mac);
	assert_true(seal_fits(key, &head, mac));
	other = head;
	other.seq++;
	assert_false(seal_fits(key, &other, mac));
	other = head;
	other.hash[31] ^= 1;
	assert_false(seal_fits(key, &other, mac));
	other = head;
	other.genesis[0] ^= 1;
	assert_false(seal_fits(key, &other, mac));
	mac[0] ^= 0x80;
	assert_false(seal_fits(key, &head, mac));
	mac[0] ^= 0x80;
	key[0] ^= 1;
	assert_false(seal_fits(key, &head, mac));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_signature_is_what_the_documentation_says),
		cmocka_unit_test(it_fits_only_this_key_and_this_head),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
