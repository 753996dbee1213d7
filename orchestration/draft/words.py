"""Names: of files and headers made into names of streams and columns, and what their words say."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words that SQL takes for its own, so that a column is better not called so.
SQL_WORDS = _words(
    "all analyse analyze and any array as asc asymmetric between bigint bit boolean both by case "
    "cast char check coalesce collate column constraint count create cross current_date "
    "current_time current_timestamp current_user cube date dec decimal default deferrable delete "
    "desc describe distinct do double else end except exists extract false fetch filter float for "
    "foreign from full glob grant group grouping having ilike in initially inner inout insert int "
    "integer intersect interval into is isnull join lambda lateral leading left like limit "
    "localtime map natural not notnull null nullif numeric offset on only or order out outer over "
    "overlaps overlay partition pivot placing position precision primary qualify range real "
    "references returning right row rows select set setof show similar smallint some struct "
    "substring sum summarize symmetric table tablesample text then time timestamp to trailing trim "
    "true try_cast union unique unpivot update user using values varchar variadic verbose view "
    "when where window with"
)
ID_WORDS = _words(
    "id ids key uuid guid code codes number no nr num ref reference case sku upc ean isbn barcode "
    "iban account zip zipcode postcode postal plz cep phone mobile telephone tel fax msisdn"
)
TIME_WORDS = _words(
    "at date datetime time timestamp ts day when on created updated modified opened closed solved "
    "start end started ended begin sent received submitted answered completed due expires "
    "purchase birth recorded synced since until"
)
SCORE_WORDS = _words("nps csat ces score rating stars satisfaction osat psat")
NOT_SCORES = _words("confidence churn lead credit probability id label value count")
FUTURE_WORDS = _words(
    "due expected estimated estimate end ends expires expiry expiration renewal renews limit "
    "deadline scheduled planned target until next"
)
MONEY_WORDS = _words(
    "amount price cost charge charges revenue fee fees total subtotal refund refunds value spend "
    "mrr arr balance discount tax salary income"
)
NOISE_WORDS = _words("dataset data sample export extract dump full latest file table")
# Words behind the noun that names a table's rows.
TRAILING_WORDS = _words("history list info detail event log row")
COMMENT_WORDS = _words(
    "comment comments message verbatim verbatims feedback review body note notes text remark "
    "remarks description subject transcript opinion answer"
)
PHONE_WORDS = _words("phone mobile telephone tel fax msisdn cellphone whatsapp")
OTHER_PERSONAL_WORDS = _words(
    "address street zip zipcode postcode postal plz cep birth birthday birthdate dob ip latitude "
    "longitude lat lng lon ssn passport iban card handle username login gender sex religion "
    "nationality"
)
NAME_HEADERS = _words(
    "name first_name last_name full_name firstname lastname fullname surname forename given_name "
    "family_name middle_name display_name recipient_first_name recipient_last_name"
)
PERSON_WORDS = _words(
    "customer contact client user person member agent author requester owner employee recipient "
    "respondent patient guest subscriber assignee manager billing shipping"
)


def snake(name: str) -> str:
    """Return a header or a JSON path as a plain lower-case name, as columns are called."""
    text = name.removeprefix("$.").replace('"', "").replace("%", " percent ")
    text = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", text)
    text = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", text)
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")


def words_of(name: str) -> list[str]:
    """Return the words of a snake-case name."""
    return [word for word in name.split("_") if word]


def column_names(headers: Iterable[str]) -> list[str]:
    """Return a name for each header that SQL can hold plainly, each once."""
    taken: list[str] = []
    for number, header in enumerate(headers, start=1):
        name = snake(header) or f"column_{number}"
        if name[0].isdigit():
            name = f"column_{name}"
        if name in SQL_WORDS:
            name = f"{name}_value"
        base, again = name, 2
        while name in taken:
            name, again = f"{base}_{again}", again + 1
        taken.append(name)
    return taken


def is_id(name: str) -> bool:
    """Return whether a column's name says that it holds an identifier or a code."""
    words = words_of(name)
    if name.startswith(("number_of", "no_of", "num_")) or words[-1:] == ["count"]:
        return False
    return bool(ID_WORDS.intersection(words[-2:])) or "case" in words[:1]


def is_time(name: str) -> bool:
    """Return whether a column's name says that it holds a moment or a day."""
    return bool(TIME_WORDS.intersection(words_of(name)))


def is_score(name: str) -> bool:
    """Return whether a column's name says that it holds a score of a survey."""
    words = set(words_of(name))
    return bool(SCORE_WORDS & words) and not NOT_SCORES & words


def singular(word: str) -> str:
    """Return an English plural's singular, well enough to compare words."""
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def stream_name(stem: str, source: str, taken: Collection[str]) -> str:
    """Return a short name for the stream that a file belongs to."""
    words = [word for word in words_of(snake(stem)) if not any(c.isdigit() for c in word)]
    kept = [word for word in words if word not in NOISE_WORDS]
    prefix = words_of(source)
    if kept[: len(prefix)] == prefix and len(kept) > len(prefix):
        kept = kept[len(prefix) :]
    base = "_".join(kept) or "records"
    if base in SQL_WORDS:
        base = f"{base}_rows"
    name, again = base, 2
    while name in taken:
        name, again = f"{base}_{again}", again + 1
    return name
