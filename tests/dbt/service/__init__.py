"""Service marts."""
