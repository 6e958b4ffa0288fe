"""Requests of persons about their own data: disclosure, correction, erasure."""
