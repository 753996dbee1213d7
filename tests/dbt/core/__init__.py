"""Tests of the core models."""
