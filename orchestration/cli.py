"""The `throughline` command: names its commands and loads the one that is called."""

from __future__ import annotations

import importlib

import click

# A command `new-source` is the function `new_source` of `orchestration.commands.new_source`.
COMMANDS = (
    "check-source",
    "dbt",
    "demo",
    "erase",
    "fetch",
    "metrics",
    "new-source",
    "run",
    "site",
    "steward",
    "ui",
)


class CommandsByName(click.Group):
    """A group that imports a command's module only when it is asked for: Dagster costs seconds."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click hands it over
        """Name every command."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # click hands it over
        """Return the command called ``cmd_name``, or None, at which click lists the names."""
        if cmd_name not in COMMANDS:
            return None
        name = cmd_name.replace("-", "_")
        module = importlib.import_module(f"orchestration.commands.{name}")
        command: click.Command = getattr(module, name)
        return command


@click.group(cls=CommandsByName, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Throughline: the customer-experience warehouse that follows each customer's journey."""


if __name__ == "__main__":
    main()
