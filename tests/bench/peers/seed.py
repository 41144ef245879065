#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Makes the peers' database: 10,000 prompts of 270 characters with a payload
each, all of the one user whose token is `bench-token`.

    seed.py DATABASE
"""

import hashlib
import sqlite3
import sys
from pathlib import Path

PROMPTS = 10000
AT = 1767225600000
CONTENT = ("Answer as briefly as you can, and as politely as the question "
           "allows: the reader has little time. ") * 3


def main():
    db = sqlite3.connect(sys.argv[1])
    db.executescript(
        Path(__file__).with_name("schema.sql").read_text(encoding="utf-8"))
    db.execute("INSERT INTO tokens VALUES (?, 'user')",
               (hashlib.sha256(b"bench-token").digest(),))
    db.executemany(
        "INSERT INTO prompts VALUES (?, 'user', ?, ?, 'gpt-4',"
        ' \'["bench","real text"]\', 1, ?, ?)',
        ((f"prompt{n}", f"Prompt no. {n}", f"Text {n}. {CONTENT}", AT, AT)
         for n in range(PROMPTS)))
    db.execute("INSERT INTO versions SELECT id, version, title, content,"
               " model, tags, created_at FROM prompts")
    db.execute("INSERT INTO payloads SELECT 'payload-of-' || id, id, NULL,"
               " '{\"name\":\"Ada\"}', created_at FROM prompts")
    db.commit()
    db.close()


if __name__ == "__main__":
    main()
