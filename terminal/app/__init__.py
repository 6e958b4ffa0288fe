"""The loop that joins devices, journal, screen and head office."""
