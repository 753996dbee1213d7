"""Charts of the site: each function turns rows of a mart into one figure."""
