"""What one person asks and another one decides."""
