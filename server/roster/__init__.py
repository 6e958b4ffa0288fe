"""Members files: made ready here, fetched and looked into by terminals (``shared.sync.roster``)."""
