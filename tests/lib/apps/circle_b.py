"""The other half of the circle."""
from circle_a import a
b = a
