#!/bin/sh
# Puts the packages of the Node peer into the folder named as argument, where
# node and npm are installed; says so where not.  better-sqlite3 is compiled
# against the headers that came with node: they need no download.
set -eu

source=$(dirname "$0")/node
target=$1

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    echo "Without the node peer: node and npm are not installed."
    exit 0
fi
if [ "$target/package-lock.json" -nt "$source/package-lock.json" ]; then
    exit 0
fi
mkdir -p "$target"
rm -f "$target/package-lock.json"
cp "$source/package.json" "$target"
cp "$source/package-lock.json" "$target/lock"
headers=$(dirname "$(dirname "$(readlink -f "$(command -v node)")")")
echo "Installing the packages of the node peer (a minute)"
cd "$target"
mv lock package-lock.json
if [ -e "$headers/include/node/node.h" ]; then
    export npm_config_nodedir="$headers"
fi
# Compiled here, whatever prebuilt one could be had.
if ! npm_config_build_from_source=true npm ci --no-audit --no-fund \
    >npm.log 2>&1; then
    rm -f package-lock.json
    echo "Without the node peer: its packages do not install; see" \
        "$target/npm.log."
fi
