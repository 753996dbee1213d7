"""Made-up persons with several records each, of whom it is known which belong together.

Everything is drawn from hashes of a record's number, so the same seed gives the same rows on any
number of threads.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import pyarrow as pa

FIRST_NAMES = (
    "Alexander", "Alexandra", "Andrew", "Anna", "Anthony", "Benjamin", "Catherine", "Charles",
    "Christopher", "Daniel", "David", "Deborah", "Edward", "Eleanor", "Elizabeth", "Emma",
    "Frederick", "Gabriel", "George", "Hannah", "Helen", "Henry", "Isabel", "Jacob", "James",
    "Jennifer", "John", "Jonathan", "Joseph", "Julia", "Laura", "Leonard", "Lucas", "Margaret",
    "Maria", "Martin", "Matthew", "Michael", "Nicholas", "Nora", "Oliver", "Patricia", "Patrick",
    "Peter", "Philip", "Rebecca", "Richard", "Robert", "Ronald", "Samuel", "Sarah", "Simon",
    "Sophie", "Stephen", "Susan", "Theresa", "Thomas", "Timothy", "Victoria", "William",
)  # fmt: skip
NICKNAMES = (
    ("Alex", "Alexander"), ("Alex", "Alexandra"), ("Andy", "Andrew"), ("Tony", "Anthony"),
    ("Ben", "Benjamin"), ("Kate", "Catherine"), ("Charlie", "Charles"), ("Chris", "Christopher"),
    ("Dan", "Daniel"), ("Dave", "David"), ("Debbie", "Deborah"), ("Ted", "Edward"),
    ("Liz", "Elizabeth"), ("Fred", "Frederick"), ("Harry", "Henry"), ("Jim", "James"),
    ("Jenny", "Jennifer"), ("Jack", "John"), ("Joe", "Joseph"), ("Maggie", "Margaret"),
    ("Matt", "Matthew"), ("Mike", "Michael"), ("Nick", "Nicholas"), ("Pat", "Patricia"),
    ("Becky", "Rebecca"), ("Dick", "Richard"), ("Bob", "Robert"), ("Ron", "Ronald"),
    ("Sam", "Samuel"), ("Sue", "Susan"), ("Tom", "Thomas"), ("Tim", "Timothy"),
    ("Vicky", "Victoria"), ("Bill", "William"),
)  # fmt: skip
# Surnames are put together of three parts: 24 × 20 × 12 of them.
HEADS = (
    "Ash", "Bar", "Bel", "Car", "Dan", "Dor", "Elm", "Far", "Gal", "Har", "Hol", "Kes", "Lan",
    "Mar", "Mil", "Nor", "Oak", "Pel", "Ros", "Sel", "Tar", "Ver", "Wal", "Win",
)  # fmt: skip
MIDDLES = (
    "a", "e", "en", "er", "i", "in", "o", "ol", "or", "u", "ar", "an", "is", "as", "es", "am",
    "em", "un", "ul", "it",
)  # fmt: skip
TAILS = ("by", "den", "ford", "gate", "ham", "ley", "more", "ner", "son", "ton", "well", "wick")
STREETS = ("Mill Lane", "High Street", "Park Road", "Church Way", "Station Road", "Elm Grove")


@dataclass(frozen=True, kw_only=True)
class Dirt:
    """How often each thing goes wrong in one record; shares in 0–1.

    Parameters
    ----------
    typo
        A letter dropped or exchanged, in first name, last name and e-mail each; a digit in the
        phone number.
    nickname
        Short form in place of a first name that has one.
    move
        Another address than the person's first.
    new_email, new_phone
        Another e-mail address or number than the person's first.
    swapped_names, swapped_date
        First and last name exchanged; day and month of birth exchanged.
    missing
        No value, for e-mail, phone, date of birth and address each.
    shared_email
        The household's e-mail address in place of the person's own.
    """

    typo: float
    nickname: float
    move: float
    new_email: float
    new_phone: float
    swapped_names: float
    swapped_date: float
    missing: float
    shared_email: float

    def __post_init__(self) -> None:
        wrong = {name: rate for name, rate in vars(self).items() if not 0 <= rate <= 1}
        if wrong:
            raise ValueError(f"shares must lie in 0–1, not {wrong}")


CLEAN = Dirt(
    typo=0.01,
    nickname=0.05,
    move=0.05,
    new_email=0.05,
    new_phone=0.05,
    swapped_names=0.002,
    swapped_date=0.002,
    missing=0.05,
    shared_email=0.01,
)
DIRTY = Dirt(
    typo=0.10,
    nickname=0.20,
    move=0.25,
    new_email=0.25,
    new_phone=0.25,
    swapped_names=0.02,
    swapped_date=0.02,
    missing=0.25,
    shared_email=0.05,
)


def synthetic_persons(record_count: int, *, dirt: Dirt, seed: int = 7) -> pa.Table:
    """Make records of persons, half of whom have two or three.

    Parameters
    ----------
    record_count
        How many records.
    dirt
        What goes wrong in them.
    seed
        Another seed gives other persons.

    Returns
    -------
    pyarrow.Table
        One row per record, in an order that tells nothing: ``record_id``, ``scope`` (always
        empty), ``first_name``, ``last_name``, ``email``, ``phone``, ``birth_date`` (date),
        ``postcode``, ``city``, ``address_line`` and the truth, ``person_number``. Households of
        about three share surname, address and telephone number.
    """
    with duckdb.connect() as connection:
        connection.execute(_macros(seed))
        connection.execute("create table nicknames (nickname varchar, name varchar)")
        connection.executemany("insert into nicknames values (?, ?)", NICKNAMES)
        connection.execute(PERSONS.format(records=record_count, first_names=list(FIRST_NAMES),
            heads=list(HEADS), middles=list(MIDDLES), tails=list(TAILS),
            streets=list(STREETS)))  # fmt: skip
        return connection.execute(RECORDS.format(**vars(dirt))).to_arrow_table()


def _macros(seed: int) -> str:
    return f"""
        create macro draw(number, what) as hash(number, what, {seed}) / 18446744073709551615.0;
        create macro pick(items, share) as items[1 + least(len(items) - 1,
            floor(share * len(items)))::bigint];
        create macro typo(text, number, what) as case
            when length(text) < 3 then text
            when draw(number, what || 'kind') < 0.5
                then left(text, 1 + (draw(number, what || 'at') * (length(text) - 2))::bigint)
                    || substr(text, 3 + (draw(number, what || 'at') * (length(text) - 2))::bigint)
            else left(text, 1 + floor(draw(number, what || 'at') * (length(text) - 1))::bigint)
                || chr(97 + floor(26 * draw(number, what || 'letter'))::int)
                || substr(text, 3 + floor(draw(number, what || 'at') * (length(text) - 1))::bigint)
        end;
        create macro digit_typo(text, number, what) as
            left(text, 3 + floor(draw(number, what || 'at') * (length(text) - 4))::bigint)
            || floor(10 * draw(number, what || 'digit'))::int::varchar
            || substr(text, 5 + floor(draw(number, what || 'at') * (length(text) - 4))::bigint);
        create macro place(number) as
            lpad(floor(20000 * draw(number, 'postcode'))::int::varchar, 5, '0');
    """


# Persons get one, two or three records: 1.6 on average.
PERSONS = """
    create table persons as
    with drawn as (
        select
            number,
            number // 3 as household,
            -- Twenty names apart: nobody shares a household with a namesake.
            {first_names}[1 + (floor(60 * draw(number // 3, 'first') ^ 1.3)::bigint
                + 20 * (number % 3)) % 60] as first_name,
            pick({heads}, draw(number // 3, 'head') ^ 1.3) || pick({middles}, draw(number // 3,
                'middle')) || pick({tails}, draw(number // 3, 'tail') ^ 1.2) as last_name,
            date '1940-01-01' + floor(24000 * draw(number, 'birth'))::int as birth_date,
            1 + (draw(number, 'records') < 0.45)::int + (draw(number, 'records') < 0.15)::int
                as record_count
        from range(1 + {records}) as numbers (number)
    ),

    numbered as (
        select *, sum(record_count) over (order by number) - record_count as records_before
        from drawn
    )

    select
        *,
        {streets} as streets,
        {records} as total
    from numbered
    where records_before < {records};
"""

RECORDS = """
    with copies as (
        select
            persons.*,
            copy.number as copy_number,
            records_before + copy.number as n
        from persons
        cross join range(3) as copy (number)
        where copy.number < record_count and records_before + copy.number < total
    ),

    chosen as (
        select
            *,
            first_name as given_name,
            coalesce(case when draw(n, 'nickname') < {nickname} then nicknames.nickname end,
                first_name) as used_name,
            case when copy_number > 0 and draw(n, 'move') < {move} then n + 7000000000
                else household end as home,
            case when copy_number > 0 and draw(n, 'new_email') < {new_email} then n else number end
                as mailbox,
            (hash(mailbox, 'box') % 100000)::varchar as box,
            case when copy_number > 0 and draw(n, 'new_phone') < {new_phone} then n + 8000000000
                when draw(number, 'landline') < 0.3 then household + 9000000000 else number end
                as line
        from copies
        left join (select name, max(nickname) as nickname from nicknames group by name)
            as nicknames on nicknames.name = copies.first_name
    ),

    written as (
        select
            n,
            number as person_number,
            case when draw(n, 'typo_first') < {typo} then typo(used_name, n, 'first')
                else used_name end as first_name,
            case when draw(n, 'typo_last') < {typo} then typo(last_name, n, 'last')
                else last_name end as last_name,
            case
                when draw(n, 'no_email') < {missing} then null
                when draw(n, 'shared_email') < {shared_email}
                    then 'family.' || lower(last_name) || household || '@example.org'
                when draw(n, 'typo_email') < {typo}
                    then typo(lower(given_name), n, 'email') || '.' || lower(last_name) || box
                        || '@example.com'
                else lower(given_name) || '.' || lower(last_name) || box
                    || case when mailbox = number then '@example.com' else '@example.net' end
            end as email,
            case when draw(n, 'no_phone') >= {missing} then '+44' || (7000000000
                + (hash(line, 'phone') % 1000000000)::bigint)::varchar end as phone,
            case
                when draw(n, 'no_birth') < {missing} then null
                when draw(n, 'swapped_date') < {swapped_date} and day(birth_date) <= 12
                    then make_date(year(birth_date), day(birth_date), month(birth_date))
                else birth_date
            end as birth_date,
            case when draw(n, 'no_address') >= {missing} then place(home) end as postcode,
            case when draw(n, 'no_address') >= {missing} then 'Town ' || left(place(home), 3) end
                as city,
            case when draw(n, 'no_address') >= {missing}
                then (1 + floor(90 * draw(home, 'house'))::int)::varchar || ' '
                    || pick(streets, draw(home, 'street')) end as address_line
        from chosen
    )

    select
        'r' || lower(to_hex(hash(n, 'record'))) as record_id,
        '' as scope,
        case when draw(n, 'swapped_names') < {swapped_names} then last_name else first_name end
            as first_name,
        case when draw(n, 'swapped_names') < {swapped_names} then first_name else last_name end
            as last_name,
        email,
        case when draw(n, 'typo_phone') < {typo} then digit_typo(phone, n, 'phone') else phone end
            as phone,
        birth_date,
        postcode,
        city,
        address_line,
        person_number
    from written
    order by record_id
"""
