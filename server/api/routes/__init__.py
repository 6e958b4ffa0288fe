"""What each address does. Handlers know no web; what is outside a key's stores is not there."""
