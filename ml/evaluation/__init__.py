"""How forecasts are judged: metrics with intervals, calibration, purged splits, leak alarms."""
