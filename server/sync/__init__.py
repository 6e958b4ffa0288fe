"""Head office's end of the sync protocol: take journals in, apply their facts, hand out the feed."""
