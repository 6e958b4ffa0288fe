"""Chip cards on a PC/SC reader, in the role of a card unit without a stripe and without a face."""
