# Puts the file `keys` between the two marks of bridle.ini(5).
/^\.\\" End of keys/ { inside = 0 }
!inside { print }
/^\.\\" Keys:/ {
	inside = 1
	while ((getline line < keys) > 0)
		print line
}
