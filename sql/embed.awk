# Turns .sql files into C tables.  want=names|table|migrations chooses which.
#
# A query file holds statements that begin with `-- name: some_name` and
# `-- mode: read|write`; the text runs to the next `-- name:` line.  Schema,
# trigger and migration files are embedded whole, in the order given.
function quote(line) {
	gsub(/\\/, "\\\\", line); gsub(/"/, "\\\"", line)
	return "\t    \"" line "\\n\"\n"
}
function finish() {
	if (name == "") return
	if (want == "names") printf "\tSTATEMENT_%s,\n", toupper(name)
	if (want == "table") printf "\t[STATEMENT_%s] = {\n\t    \"%s\", STATEMENT_%s,\n%s\t},\n", toupper(name), name, toupper(mode), text
	name = ""; text = ""; mode = "read"
}
want == "migrations" && FNR == 1 {
	if (NR > 1) print "\t},"
	base = FILENAME; sub(/.*\//, "", base); version = FILENAME ~ /migrations\// ? base + 0 : 1
	printf "\t{\n\t    %d, \"%s\",\n", version, base
}
want == "migrations" { printf "%s", quote($0); next }
FNR == 1 { finish() }
/^-- name: / { finish(); name = $3; mode = "read"; next }
/^-- mode: / { mode = $3; next }
/^--/ || /^[ \t]*$/ { next }
name != "" { text = text quote($0) }
END { if (want == "migrations") print "\t},"; else finish() }
