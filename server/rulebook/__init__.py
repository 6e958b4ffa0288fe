"""Working on the rules: drafts, previews, roll-out, why a visit earned what it earned, ranks."""
