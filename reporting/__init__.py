"""The static site: one module per page, built from the published marts alone."""
