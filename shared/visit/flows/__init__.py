"""The handlers of the visit table, one file per stretch of the way."""
