#!/bin/sh
# `make run`: serves promptledger on 127.0.0.1:8080 with a data directory in
# ./var, carries out the four core operations once, shows what was asked and
# answered, and prints lines to paste.  With the argument 1 it ends after that.
set -eu
cd "$(dirname "$0")/../.."

once=${1:-}
listen=${LISTEN:-127.0.0.1:8080}
base=http://$listen
program=build/promptledger
data=${PROMPTLEDGER_DATA:-$PWD/var}
work=$(mktemp -d)
server=

stop() {
    trap - EXIT INT TERM
    if [ -n "$server" ]; then
        kill "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$work"
}
trap stop EXIT
trap 'exit 0' INT TERM

fail() {
    echo "make run: $*" >&2
    cat "$work/log" >&2
    exit 1
}

# pick NAME: the first member of that name in the last answer.
pick() {
    grep -o "\"$1\":\"[^\"]*\"" "$work/body" | head -n 1 | cut -d '"' -f 4
}

# ask TOKEN METHOD PATH [curl arguments]: the answer goes to $work/body.
ask() {
    token=$1 method=$2 path=$3
    shift 3
    status=$(curl -sS -o "$work/body" -w '%{http_code}' -X "$method" \
        -H "Authorization: Bearer $token" "$@" "$base$path") ||
        fail "$method $path: no answer"
    case $status in
    2??) ;;
    *) fail "$method $path: $status $(cat "$work/body")" ;;
    esac
}

ask_json() {
    ask "$1" "$2" "$3" -H 'Content-Type: application/json' -d "$4"
}

# show TOKEN METHOD PATH [JSON]: ask, and print question and answer.
show() {
    printf '\n%s %s%s\n' "$2" "$3" "${4:+ $4}"
    if [ -n "${4:-}" ]; then
        ask_json "$1" "$2" "$3" "$4"
    else
        ask "$1" "$2" "$3"
    fi
    printf '  %s %s\n' "$status" "$(cat "$work/body")"
}

add_user() {
    password=$(od -An -N8 -tx1 /dev/urandom | tr -d ' \n')
    echo "$password" | "$program" user add --email "$1@example.org" \
        --name "The $1" --role "$1" --password-stdin --data "$data" >/dev/null
    echo "  $1@example.org, password $password"
}

add_samples() {
    while IFS='|' read -r title content; do
        ask_json "$editor" POST /prompts \
            "{\"title\":\"$title\",\"content\":\"$content\",\"model\":\"any\",\"tags\":[\"sample\"]}"
    done <<'SAMPLES'
Welcome mail|Write a short, warm welcome mail to {{.name}}.
Apology for a delay|Apologise to {{.customer}} for a delivery that is {{.days}} days late.
Meeting summary|Summarise these notes in five bullet points: {{.notes}}
Bug report|Turn this complaint into a bug report with steps to repeat it: {{.text}}
Release notes|Write release notes for people who do not program: {{.changes}}
Translator|Translate into {{.language}}, and keep the tone: {{.text}}
Commit message|Write a commit message that says what and why: {{.diff}}
Job advertisement|Write a job advertisement for a {{.role}}, without clichés.
Product description|Describe {{.product}} in eighty words for people in a hurry.
Reading list|Name five books about {{.topic}}, and why each is worth the time.
Quiz|Make a quiz of six questions from this text: {{.text}}
Recipe|Cook something for {{.guests}} guests with {{.ingredients}}.
SAMPLES
}

# record FILE: half a second or so of silence, as 8 kHz 16-bit WAV.
record() {
    {
        printf 'RIFF\144\037\000\000WAVEfmt \020\000\000\000\001\000\001\000'
        printf '\100\037\000\000\200\076\000\000\002\000\020\000data\100\037\000\000'
        head -c 8000 /dev/zero
    } >"$1"
}

# new_recording: asks for an upload link, uploads, and sets $request.
new_recording() {
    ask_json "$admin" POST /voice/prompts-requests '{}'
    request=$(pick id)
    link=$(pick href)
    curl -sS -f -o /dev/null -X PUT -H 'Content-Type: audio/wav' \
        --data-binary "@$work/audio.wav" "$link" || fail "the upload failed"
}

if [ ! -e "$data/promptledger.db" ]; then
    "$program" init --data "$data"
    echo "Two accounts were made; note their passwords:"
    add_user admin
    add_user editor
    new=1
fi
admin=$("$program" token create --user admin@example.org --data "$data")
editor=$("$program" token create --user editor@example.org --data "$data")

PROMPTLEDGER_LOG=errors "$program" serve --listen "$listen" --data "$data" \
    >"$work/out" 2>"$work/log" &
server=$!
until grep -q 'serves on' "$work/out"; do
    kill -0 "$server" 2>/dev/null || fail "the server did not start on $listen"
    sleep 0.1
done
[ -z "${new:-}" ] || add_samples

echo
echo "== PromptCrafter: PATCH /prompts/:id"
ask_json "$editor" POST /prompts '{"title":"Greeting","content":"Greet {{.name}}.","model":"any"}'
prompt=$(pick _id)
show "$editor" PATCH "/prompts/$prompt" '{"content":"Greet {{.name}} warmly.","tags":["demo"]}'

echo
echo "== px0: PUT /v1/prompts/{id}/payloads/{payloadID}"
ask_json "$editor" POST "/v1/prompts/$prompt/payloads" '{"variables":{"name":"Ada"}}'
payload=$(pick id)
show "$editor" PUT "/v1/prompts/$prompt/payloads/$payload" '{"name":"two","variables":{"name":"Grace"}}'

echo
echo "== voice: PUT /voice/prompts/{id}, with a recording uploaded before"
record "$work/audio.wav"
new_recording
name="Greeting $(od -An -N4 -tx1 /dev/urandom | tr -d ' \n')"
ask_json "$admin" POST /voice/prompts \
    "{\"request_id\":\"$request\",\"name\":\"$name\",\"file_name\":\"greeting.wav\",\"description\":\"first\"}"
voice=$(pick id)
new_recording
show "$admin" PUT "/voice/prompts/$voice" \
    "{\"request_id\":\"$request\",\"name\":\"$name\",\"file_name\":\"greeting.wav\",\"description\":\"second recording\"}"

new_admin_prompt() {
    ask_json "$admin" POST /api/admin/prompts/create \
        "{\"name\":\"$1\",\"section\":\"parser\",\"systemPrompt\":\"You parse.\",\"userPromptTemplate\":\"Parse this.\",\"isActive\":false}"
    doomed=$(pick id)
    ask_json "$admin" PUT "/api/admin/prompts/$doomed/update" \
        '{"userPromptTemplate":"Parse this with care."}'
}

echo
echo "== admin: DELETE /api/admin/prompts/:id?version=N, then the whole prompt"
new_admin_prompt "Parser to delete"
show "$admin" DELETE "/api/admin/prompts/$doomed?version=1"
show "$admin" DELETE "/api/admin/prompts/$doomed"
show "$admin" GET "/api/admin/prompts/$doomed/history"

new_admin_prompt "Parser for you to delete"
new_recording
cat <<LINES

== Yours to paste (token of admin@example.org: $admin)

curl -X PATCH $base/prompts/$prompt -H 'Authorization: Bearer $editor' -H 'Content-Type: application/json' -d '{"title":"Greeting, revised"}'

curl -X PUT $base/v1/prompts/$prompt/payloads/$payload -H 'Authorization: Bearer $editor' -H 'Content-Type: application/json' -d '{"variables":{"name":"Alan"}}'

curl -X PUT $base/voice/prompts/$voice -H 'Authorization: Bearer $admin' -H 'Content-Type: application/json' -d '{"request_id":"$request","name":"$name","file_name":"greeting.wav","description":"third recording"}'

curl -i -X DELETE $base/api/admin/prompts/$doomed -H 'Authorization: Bearer $admin'

LINES

if [ "$once" = 1 ]; then
    exit 0
fi
echo "Serving on $base with the data in $data; Ctrl-C ends it."
wait "$server"
