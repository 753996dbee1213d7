"""Money marts recomputed from their parts."""
