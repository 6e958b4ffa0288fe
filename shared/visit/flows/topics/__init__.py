"""What staff may ask of the counter beside a card's visit; one module per topic, and the table of them all."""
