"""Carrying the journal to head office and its feed back. A visit never waits for any of it."""
