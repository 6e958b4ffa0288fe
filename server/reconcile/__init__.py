"""The books prove themselves: every promise of the design as a check, its result as a page, its exceptions as cases."""
