#!/bin/sh
# contrib/seldom.ld names members of our rooms' libraries. The linker passes over a name that fits none, so that a file which
# was renamed or split would quietly lie among what is used all the time: here each name must fit one. Takes the script.
set -eu
script=${1:-${srcdir:-.}/contrib/seldom.ld}
missing=0 seen=0

# Is there a member of library $1 that fits the pattern $2?
fits() {
	for member in $(ar t "$1"); do
		# shellcheck disable=SC2254
		case $member in $2) return 0 ;; esac
	done
	return 1
}

check() {
	seen=$((seen + 1))
	fits "$1" "$2" || { echo "$script: $1 has no member $2"; missing=1; }
}

# "EXCLUDE_FILE(*a.o *b.o) *libroom.a:c*.o(.text)" becomes "libroom.a c*.o a.o b.o"
names=$(mktemp)
trap 'rm -f "$names"' EXIT
sed -n 's/^\t*\(EXCLUDE_FILE(\([^)]*\)) \)\{0,1\}\*\(lib[a-z]*\.a\):\([^(]*\)(.*$/\3 \4 \2/p' "$script" >"$names"
[ "$(wc -l <"$names")" -eq "$(grep -c '\.a:' "$script")" ] || { echo "$script: a line is not understood"; exit 1; }
set -f # patterns are the members' names, not those of files here
while read -r library patterns; do
	case $library in libc.a | libcap.a | libjansson.a | libinih.a) continue ;; esac # made by contrib/static-build.sh
	for pattern in $patterns; do
		check "$library" "$pattern"
	done
done <"$names"
[ "$seen" -gt 0 ] || { echo "$script: no name of a room of ours"; exit 1; }
exit $missing
