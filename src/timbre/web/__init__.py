"""The page: Bootstrap 5 and plain ES modules, served as they lie here."""
