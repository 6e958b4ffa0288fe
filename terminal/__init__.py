"""The machine on the counter."""
