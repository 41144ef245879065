#!/usr/bin/python3
"""JSON on standard input, the same document as YAML on standard output."""

import json
import sys

import yaml

HEAD = "# Written by `make openapi`, from the program's own tables.\n"


def to_yaml(text):
    return HEAD + yaml.safe_dump(json.loads(text), sort_keys=False,
                                 allow_unicode=True, width=78)


if __name__ == "__main__":
    sys.stdout.write(to_yaml(sys.stdin.read()))
