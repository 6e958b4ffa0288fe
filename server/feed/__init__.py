"""What terminals are told: numbered items, the newest state of each thing only."""
