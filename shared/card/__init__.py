"""What a card holds, how it becomes 69 characters, and how its face is laid out."""
