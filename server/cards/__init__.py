"""The cards: whose they are and the newest image that is known of each."""
