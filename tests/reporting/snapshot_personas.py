"""Rows of the personas that take a journey, of the snapshot that the tests publish."""

from __future__ import annotations

from tests.reporting.snapshot_paths import paths
from tests.reporting.snapshot_voice import JOURNEYS, Rows

# Journeys, completed and abandoned ones, the others' rate, whether it differs, designed for.
PERSONAS = {
    "newcomer": (900, 300, 590, 0.62, True, True),
    "champion": (400, 300, 90, 0.41, True, False),
    "none": (560, 275, 280, 0.47, False, False),
    "quiet_giant": (10, 8, 2, 0.48, False, False),
    "unassigned": (3, 3, 0, None, False, None),
}
STATES = {"new": (900, 300, 590, 0.62, True, None), "active": (973, 586, 372, 0.34, True, None)}


def personas() -> Rows:
    """Return how onboarding goes for each persona and state, and whose instances they are."""
    _, steps, shares, _ = JOURNEYS["onboarding"]
    rows: list[dict[str, object]] = []
    for dimension, values in (("persona", PERSONAS), ("lifecycle_state", STATES)):
        for value, (began, completed, abandoned, others, differs, designed) in values.items():
            known = value != "unassigned"
            rate = completed / (completed + abandoned)
            for number, ((_, step), share) in enumerate(zip(steps, shares, strict=True)):
                reached = round(began * share)
                rows.append({
                    "journey_id": "onboarding",
                    "designed_persona": "A new customer <b>who</b> has to get going",
                    "dimension": dimension,
                    "dimension_value": value,
                    "persona_basis": "partly_today" if value == "none" else "at_start",
                    "is_designed_for": designed,
                    "step_number": number,
                    "step_name": step,
                    "is_required": True,
                    "instances": reached,
                    "completed": completed,
                    "abandoned": abandoned if number == 0 else max(reached - completed, 0),
                    "open_instances": began - completed - abandoned if number == 0 else 0,
                    "share_of_known": began / 1870 if known else None,
                    "designed_share": 900 / 1870 if dimension == "persona" else None,
                    "share_of_start": share,
                    "completion_rate": rate,
                    "completion_lower": rate - 0.03,
                    "completion_upper": rate + 0.03,
                    "dropped": None if number == 0 else round(began * shares[number - 1]) - reached,
                    "drop_off_rate": None if number == 0 else 1 - share / shares[number - 1],
                    "hours_p50": 9.5,
                    "hours_p90": 60.0,
                    "late_share": 0.4,
                    "timed_count": completed,
                    "satisfaction": 0.61,
                    "satisfaction_n": 77 if known else 0,
                    "others_rate": others if number == 0 else 0.2 if known else None,
                    "difference": rate - others if others is not None else None,
                    "adjusted_p_value": 0.0004 if differs else 0.4,
                    "is_too_few": not known or began < 30,
                    "is_different": differs and number in {0, 2},
                })  # fmt: skip
    own = [
        {name: row[name] for name in
         ("journey_instance_id", "journey_id", "customer_id", "started_at", "outcome",
          "last_step_number")}
        | {"persona_id": ("newcomer", "champion")[number % 2],
           "lifecycle_state": ("new", "active")[number % 2], "persona_basis": "at_start"}
        for number, row in enumerate(paths()["marts.fct_journeys"])
    ]  # fmt: skip
    return {"marts.mart_journey_personas": rows, "marts.fct_journey_personas": own}
