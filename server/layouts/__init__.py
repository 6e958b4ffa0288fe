"""How the shops lay out their cards' faces and receipts: tried on paper, rolled out by store, never lost."""
