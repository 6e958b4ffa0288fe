"""The bench: the simulated hardware of every counter, in a browser."""
