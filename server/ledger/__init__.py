"""The books: visits as facts, what the cards proved about them, and the postings that follow from both."""
