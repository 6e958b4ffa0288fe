"""The shops of the chain."""
