"""What is handed over to the holder of a card at the next visit, and is no points: flowers, a cup."""
