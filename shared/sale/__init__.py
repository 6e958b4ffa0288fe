"""A sale by goods: codes, products, the basket, its totals and taxes, and how they stand on paper."""
