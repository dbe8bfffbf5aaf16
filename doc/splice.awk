# Puts the file `catalogue` between the two marks of INCIDENTS.md.
/^<!-- end of catalogue -->/ { inside = 0 }
!inside { print }
/^<!-- catalogue -->/ {
	inside = 1
	while ((getline line < catalogue) > 0)
		print line
}
