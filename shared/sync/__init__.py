"""What passes between terminals and head office: one struct per message, version 1."""
