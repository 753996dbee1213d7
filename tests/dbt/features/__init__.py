"""Features and labels, tried on literal rows."""
