"""Assets, the `throughline` command, and the only doors to environment and warehouse."""
