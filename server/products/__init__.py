"""What the shops sell: the master of products, taken in from a file and told to every terminal."""
