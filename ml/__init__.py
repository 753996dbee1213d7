"""Forecasts and estimates: pure Python over frames."""
