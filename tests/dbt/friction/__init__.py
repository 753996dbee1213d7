"""Friction, moments that matter and the effects of fixes."""
