"""What a steward decides: looked up in the warehouse, checked, and kept as files in landing."""
