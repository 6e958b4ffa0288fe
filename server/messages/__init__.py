"""Messages to the face of one card, and the proof that they were printed."""
