# Turns .sql files into C tables; want=names|table|migrations chooses which.
#
# A query file holds statements that begin with `-- name: some_name` and
# `-- mode: read|write`; each runs to the next `-- name:` line.  Schema,
# trigger and migration files are embedded whole, line by line (C99 promises
# no string literal over 4095 bytes), in the order given, behind the version that
# a file makes of a database; 0: a trigger file, which belongs to none.
function quote(line) {
	gsub(/\\/, "\\\\", line); gsub(/"/, "\\\"", line)
	return "\"" line "\\n\""
}
function finish() {
	if (name != "" && want == "names")
		printf "\tSTATEMENT_%s,\n", toupper(name)
	if (name != "" && want == "table")
		printf "\t[STATEMENT_%s] = {\"%s\", STATEMENT_%s,\n%s\t},\n",
		    toupper(name), name, toupper(mode), text
	name = ""; text = ""; mode = "READ"
}
want == "migrations" && FNR == 1 {
	base = FILENAME; sub(/.*\//, "", base)
	file_version = FILENAME ~ /migrations\// ? base + 0 : \
	    FILENAME ~ /triggers\// ? 0 : 1
}
want == "migrations" && file_version > 0 && /TRIGGER/ {
	print FILENAME ": triggers stand in sql/triggers" >"/dev/stderr"
	exit 1
}
want == "migrations" {
	printf "\t{%d, \"%s\", %d,\n\t    %s},\n", file_version, base, FNR,
	    quote($0)
	next
}
FNR == 1 { finish() }
/^-- name: / { finish(); name = $3; next }
/^-- mode: / { mode = $3; next }
/^--/ || /^[ \t]*$/ { next }
name != "" { text = text "\t    " quote($0) "\n" }
END { finish() }
