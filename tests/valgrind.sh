#!/bin/sh
# Runs end-to-end tests with the responder under valgrind:
#
#   tests/valgrind.sh tests/e2e/test_story.py …
#
# Every error and every definite leak in any of the responders counts as one
# failed test.  Commands run without valgrind: they are not what lives long.
set -eu

source=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The web server's account must reach all this.
chmod 755 "$work"
mkdir -m 1777 "$work/logs"
cp "$source/build/promptledger" "$work/promptledger"
cat >"$work/promptledger.fcgi" <<WRAPPER
#!/bin/sh
[ \$# -eq 0 ] || exec "$work/promptledger" "\$@"
exec valgrind --quiet --leak-check=full --show-leak-kinds=definite \\
    --errors-for-leak-kinds=definite --error-exitcode=99 --num-callers=30 \\
    --log-file="$work/logs/%p" "$work/promptledger"
WRAPPER
chmod 755 "$work/promptledger" "$work/promptledger.fcgi"

# check.py wants --e2e before each.
for file in "$@"; do
    set -- "$@" --e2e "$file"
    shift
done

status=0
PROMPTLEDGER_BINARY=$work/promptledger.fcgi \
    PROMPTLEDGER_DEPLOYMENTS=lighttpd-external \
    /usr/bin/python3 "$source/tests/check.py" "$@" || status=1

runs=0
for log in "$work"/logs/*; do
    runs=$((runs + 1))
    [ ! -s "$log" ] || { cat "$log"; status=1; }
done
[ -e "$log" ] || { echo "nothing ran under valgrind"; exit 1; }
[ "$status" -ne 0 ] || echo "valgrind: $runs responders, no error, no leak"
exit "$status"
