#!/bin/sh
# doc/INCIDENTS.md is the catalogue of src/core/causes.def.
set -eu
: "${srcdir:=.}"
page=$srcdir/doc/INCIDENTS.md
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
./doc/incidents >"$dir/list"
[ -s "$dir/list" ]
sed -n '/^<!-- catalogue -->/,/^<!-- end of catalogue -->/p' "$page" | sed -e 1d -e '$d' >"$dir/page"
cmp -s "$dir/page" "$dir/list" && exit 0
echo "$page is not what src/core/causes.def says; run: make doc-incidents"
diff -u "$dir/page" "$dir/list"
exit 1
