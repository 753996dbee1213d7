"""Versions, files and cards of models."""
