"""Long work: begun by a request, done by a worker, its progress told while it runs."""
