"""One sans-I/O core per device, and the pumps that move its bytes."""
