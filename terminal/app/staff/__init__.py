"""What the people who look after a terminal need beside the counter."""
