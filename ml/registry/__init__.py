"""Where models are kept: versions, files, cards. Never a pickle."""
