"""Voice marts."""
