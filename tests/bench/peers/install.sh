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
if cmp -s "$source/package-lock.json" "$target/installed"; then
    exit 0
fi
mkdir -p "$target"
rm -f "$target/installed"
cp "$source/package.json" "$source/package-lock.json" "$target"
headers=$(dirname "$(dirname "$(readlink -f "$(command -v node)")")")
echo "Installing the packages of the node peer (a minute)"
cd "$target"
if [ -e "$headers/include/node/node.h" ]; then
    export npm_config_nodedir="$headers"
fi
# Compiled here, whatever prebuilt one could be had.
if npm_config_build_from_source=true npm ci --no-audit --no-fund \
    >npm.log 2>&1; then
    cp package-lock.json installed
else
    echo "Without the node peer: its packages do not install; see" \
        "$target/npm.log."
fi
