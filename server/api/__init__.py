"""What other programs do with head office: keys, addresses below ``/api/v1``, their description, and webhooks."""
