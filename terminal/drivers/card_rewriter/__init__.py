"""Rewritable-card units."""
