#!/bin/sh
# Lets a linter from npm read the OpenAPI document: lint_openapi.sh PACKAGE
# It is kept in build/npm.  Without a node that can run it, or without the
# registry, that is said and nothing fails.
set -eu
cd "$(dirname "$0")/.."

skip() {
    echo "lint-openapi: not run, $1"
    exit 0
}

command -v node >/dev/null && command -v npm >/dev/null || skip "no node"
# What its package asks for.
node -e 'const [a, b] = process.versions.node.split(".");
    process.exit(a > 22 || a == 22 && b >= 12 || a == 20 && b >= 19 ? 0 : 1)' ||
    skip "node $(node --version) is too old"
folder=build/npm/$1
redocly=$folder/node_modules/.bin/redocly
if [ ! -x "$redocly" ]; then
    mkdir -p "$folder"
    npm install --prefix "$folder" --no-audit --no-fund --silent \
        --fetch-retries 0 --fetch-timeout 30000 "$1" >"$folder/log" 2>&1 || skip "npm cannot install $1: see $folder/log"
fi
export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true
exec "$redocly" lint docs/openapi.yaml --extends recommended
