"""Orchestration: settings, warehouse, runs, publishing."""
