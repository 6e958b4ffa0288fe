"""How each family of devices cuts a byte stream into frames."""
