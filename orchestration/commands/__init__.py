"""The commands of `throughline`, one module each; `orchestration.cli` names them."""
