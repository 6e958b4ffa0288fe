"""The demo: a whole chain on one computer. ``python -m simulators.demo`` to touch it, ``--script`` to see it played."""
