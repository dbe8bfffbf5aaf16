#!/bin/sh
# bridle.ini(5) names every key of src/conf/keys.def, with its default, its range and its meaning.
set -eu
: "${srcdir:=.}"
page=$srcdir/man/bridle.ini.5
want=$(./man/keys)
have=$(sed -n '/^\.\\" Keys:/,/^\.\\" End of keys/p' "$page" | sed -e 1d -e '$d')
[ -n "$want" ]
[ "$have" = "$want" ] && exit 0
echo "$page is not what src/conf/keys.def says; run: make man-keys"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
echo "$have" >"$dir/page"
echo "$want" >"$dir/list"
diff -u "$dir/page" "$dir/list"
exit 1
