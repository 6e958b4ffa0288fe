"""Chip cards over PC/SC: one card layer over small dialects of readers."""
