"""Forecasts and estimates on planted data."""
