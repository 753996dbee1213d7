"""Cases and alert rules."""
