#!/bin/sh
# The manual pages are clean mdoc, by mandoc's strictest reading.
set -eu
: "${srcdir:=.}"
command -v mandoc >/dev/null || { echo "no mandoc"; exit 77; }
status=0
for page in "$srcdir"/man/*.[158]; do
	# which other pages are installed here says nothing of ours
	complaints=$(mandoc -Tlint "$page" 2>/dev/null | grep -v 'referenced manual not found' || true)
	# a register of roff, of which there are none: a backslash of a literal text is \e
	complaints=$complaints$(grep -Hn '\\n' "$page" || true)
	[ -z "$complaints" ] && continue
	echo "$complaints"
	status=1
done
exit $status
