"""Named stories at a counter: one per flow and per fault, as steps that a page, a link or a test can play."""
