"""Who is meant: rules over people and their visits, counted on a columnar copy of the books, kept as segments."""
