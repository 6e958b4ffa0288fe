"""The keys of the cards, epoch by epoch, and what cards under an older one may still do."""
