"""What was sold, by goods; what customers said; who served; and the days as terminals closed them."""
