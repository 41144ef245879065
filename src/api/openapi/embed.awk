# Turns .json files into rows of a C table: the file's name without its end,
# and one line of it (C99 promises no string literal over 4095 bytes).
FNR == 1 { name = FILENAME; sub(/.*\//, "", name); sub(/\.json$/, "", name) }
{
	gsub(/\\/, "&&"); gsub(/"/, "\\\"")
	printf "\t{\"%s\", \"%s\\n\"},\n", name, $0
}
