"""The counter's keys and what shares their board."""
