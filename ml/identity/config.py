"""Choices of person matching, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class LinkConfig:
    """When two records are one person, when a steward is asked, and how the weights are learnt.

    Parameters
    ----------
    link_threshold
        Pairs of at least this probability are linked without asking.
    review_threshold
        Pairs of at least this probability, and below the other, go to a steward; below it nothing
        is said.
    cluster_limit
        More records than this tied together by probable matches alone are a chain, not a person:
        all pairs of the cluster go to a steward.
    minimum_training_records
        Below this many records nothing can be learnt from them, and the stated weights are used.
    minimum_training_pairs
        Pairs that a rule must bring together to be learnt from: a few hundred, says splink.
    training_records
        At most about so many records are learnt from; more change the weights in the third digit.
    training_pairs
        Pairs of strangers from which their chance agreement is estimated.
    seed
        Of the records drawn for both.
    threads, memory_limit
        What the matching may take of the machine.
    """

    link_threshold: float = 0.98
    review_threshold: float = 0.5
    cluster_limit: int = 10
    minimum_training_records: int = 2_000
    minimum_training_pairs: int = 500
    training_records: int = 200_000
    training_pairs: int = 2_000_000
    seed: int = 7
    threads: int = 2
    memory_limit: str = "2GB"

    def __post_init__(self) -> None:
        if not 0 < self.review_threshold <= self.link_threshold < 1:
            message = (
                "thresholds must satisfy 0 < review_threshold <= link_threshold < 1, not "
                f"{self.review_threshold} and {self.link_threshold}"
            )
            raise ValueError(message)
        for name in (
            "cluster_limit",
            "minimum_training_records",
            "minimum_training_pairs",
            "training_records",
            "training_pairs",
            "threads",
        ):
            if getattr(self, name) < 1:
                message = f"{name} must be at least 1, not {getattr(self, name)}"
                raise ValueError(message)
        if self.cluster_limit < 2:
            message = f"cluster_limit must be at least 2, not {self.cluster_limit}"
            raise ValueError(message)


@dataclass(frozen=True, kw_only=True)
class Level:
    """One degree of agreement between two values.

    Parameters
    ----------
    name
        What a steward reads: "same e-mail".
    condition
        SQL over ``<column>_l`` and ``<column>_r``.
    match_share, stranger_share
        How often it occurs among records of one person and among records of two; where the weights
        start, and where they stay when there are too few records to learn from.
    """

    name: str
    condition: str
    match_share: float
    stranger_share: float


@dataclass(frozen=True, kw_only=True)
class Attribute:
    """What is compared: levels from the strongest on, the last of them taking the rest."""

    name: str
    unknown: str
    levels: tuple[Level, ...]
    otherwise: Level


def _both(text: str) -> str:
    """Write a condition once for both sides: ``{c}`` equal becomes ``c_l = c_r``."""
    return " and ".join(f"{column}_l = {column}_r" for column in text.split())


def _ends(column: str, length: int) -> str:
    """Ask for a common beginning or end: one slip spares one of them, and distances are dear."""
    return (
        "("
        + " or ".join(
            f"{end}({column}_l, {length}) = {end}({column}_r, {length})"
            for end in ("left", "right")
        )
        + ")"
    )


def _only_where(cheap: str, dear: str) -> str:
    """Write ``cheap and dear`` so that the dear one never comes first; DuckDB reorders an and."""
    return f"case when {cheap} then {dear} else false end"


def one_slip(column: str) -> str:
    """Ask for at most one letter added, lost or changed, or two neighbours exchanged.

    Such a slip lies in one half of the text and spares the other, so the distance, dear on long
    texts, is measured for few pairs.
    """
    left, right = f"{column}_l", f"{column}_r"
    half = f"(least(length({left}), length({right})) - 1) // 2"
    spared = " or ".join(
        f"{end}({left}, {half}) = {end}({right}, {half})" for end in ("left", "right")
    )
    return _only_where(
        f"abs(length({left}) - length({right})) <= 1 and ({spared})",
        f"damerau_levenshtein({left}, {right}) <= 1",
    )


ATTRIBUTES = (
    Attribute(
        name="person_name",
        unknown="first_l is null and last_l is null or first_r is null and last_r is null",
        levels=(
            Level(
                name="same name",
                condition=_both("first last"),
                match_share=0.80,
                stranger_share=0.00002,
            ),
            Level(
                name="same surname, short form of the first name",
                condition=_both("last first_group"),
                match_share=0.08,
                stranger_share=0.00001,
            ),
            Level(
                name="first and last name exchanged",
                condition="first_group_l = last_r and last_l = first_group_r",
                match_share=0.01,
                stranger_share=0.000001,
            ),
            Level(
                name="names differ by a slip of the pen",
                condition=_only_where(
                    f"{_ends('last', 2)} and {_ends('first', 1)}",
                    f"(jaro_winkler_similarity(last_l, last_r) >= 0.9 or {one_slip('last')})"
                    " and (jaro_winkler_similarity(first_l, first_r) >= 0.88"
                    f" or {one_slip('first')})",
                ),
                match_share=0.08,
                stranger_share=0.0001,
            ),
            Level(
                name="same surname, other first name",
                condition=_both("last"),
                match_share=0.01,
                stranger_share=0.001,
            ),
            Level(
                name="same first name, other surname",
                condition=_both("first_group"),
                match_share=0.015,
                stranger_share=0.02,
            ),
        ),
        otherwise=Level(
            name="other name", condition="else", match_share=0.005, stranger_share=0.97886
        ),
    ),
    Attribute(
        name="email",
        unknown="email_l is null or email_r is null",
        levels=(
            Level(
                name="same e-mail",
                condition=_both("email"),
                match_share=0.75,
                stranger_share=0.000002,
            ),
            Level(
                name="e-mails differ by a slip of the pen or in their domain only",
                condition=(
                    "length(mailbox_l) >= 6 and mailbox_l = mailbox_r"
                    f" or {_ends('mailbox', 3)} and {one_slip('email')}"
                ),
                match_share=0.05,
                stranger_share=0.00001,
            ),
        ),
        otherwise=Level(
            name="other e-mail", condition="else", match_share=0.20, stranger_share=0.999988
        ),
    ),
    Attribute(
        name="phone",
        unknown="phone_l is null or phone_r is null",
        levels=(
            Level(
                name="same phone number",
                condition=_both("phone"),
                match_share=0.75,
                stranger_share=0.000005,
            ),
            Level(
                name="phone numbers differ in a digit",
                condition=f"{_ends('phone', 6)} and {one_slip('phone')}",
                match_share=0.05,
                stranger_share=0.00001,
            ),
        ),
        otherwise=Level(
            name="other phone number", condition="else", match_share=0.20, stranger_share=0.999985
        ),
    ),
    Attribute(
        name="birth_date",
        unknown="birth_date_l is null or birth_date_r is null",
        levels=(
            Level(
                name="same date of birth",
                condition=_both("birth_date"),
                match_share=0.94,
                stranger_share=0.00005,
            ),
            Level(
                name="dates of birth with day and month exchanged, or a digit apart",
                condition=f"{_both('birth_folded')} or hamming(birth_text_l, birth_text_r) <= 1",
                match_share=0.04,
                stranger_share=0.001,
            ),
        ),
        otherwise=Level(
            name="other date of birth", condition="else", match_share=0.02, stranger_share=0.99895
        ),
    ),
    Attribute(
        name="address",
        unknown="postcode_l is null and city_l is null or postcode_r is null and city_r is null",
        levels=(
            Level(
                name="same address",
                condition=_both("address_line postcode"),
                match_share=0.70,
                stranger_share=0.00002,
            ),
            Level(
                name="same postcode",
                condition=_both("postcode"),
                match_share=0.06,
                stranger_share=0.0002,
            ),
            Level(
                name="same city",
                condition=_both("city"),
                match_share=0.08,
                stranger_share=0.02,
            ),
        ),
        otherwise=Level(
            name="other place", condition="else", match_share=0.16, stranger_share=0.97978
        ),
    ),
)

# What the conditions above compare.
COMPARED = (
    "first",
    "first_group",
    "last",
    "email",
    "mailbox",
    "phone",
    "birth_date",
    "birth_text",
    "birth_folded",
    "postcode",
    "city",
    "address_line",
)

# Pairs worth a comparison share one of these; each is rare enough that a million records give a few
# million pairs. A record of one person that agrees with another in none of them is not found.
BLOCKS = (
    ("email",),
    ("phone",),
    ("name_folded", "birth_year"),
    ("last", "birth_folded"),
    ("first_group", "birth_folded"),
    ("birth_folded", "postcode"),
    ("name_folded", "city"),
    ("last", "postcode", "initial"),
)
# Pairs from which weights are learnt: what a rule compares by, the other one teaches. The second
# leaves open the names' order and short forms, and day and month: it teaches of these as well.
TRAINING_BLOCKS = (("email",), ("name_folded", "birth_year"))
# Pairs that are one person's beyond doubt; their number tells how many there are to be found.
SURE_BLOCKS = (("email", "last"), ("name_folded", "birth_date"))


def key_name(block: tuple[str, ...]) -> str:
    """Name the column that holds the hash of a block's values."""
    return "_and_".join(block) + "_key"
