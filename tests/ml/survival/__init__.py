"""Survival estimates against hand counts and published values."""
