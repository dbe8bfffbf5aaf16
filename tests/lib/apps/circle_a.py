"""One half of a circle; circle_b is the other."""
import circle_b
from circle_b import b
a = 1
