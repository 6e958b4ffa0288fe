"""The points programme: what a sale earns, what points buy, which lot lapses when. One code for both ends."""
