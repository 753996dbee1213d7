"""Customer marts against counts made by hand."""
