"""fct_comment_signals: turns of phrase that say something else than their parts."""

from itertools import product

import pytest

from tests.dbt.voice.conftest import MakeVoice
from tests.dbt.voice.test_comment_signals import signals_of

PRAISE = [
    "I could not be happier.",
    "We could not be happier with it",
    "it couldn't be better",
    "it couldn’t be better",
    "The engineer couldn't have been more helpful",
    "could not have been better",
    "can't complain",
    "I cannot complain",
    "it could hardly be easier",
    "I have never been happier.",
    "It has never been easier to pay",
    "I have never had better service",
    "I've never had a better contract",
    "nothing could be better",
    "nobody could have been more helpful",
    "I couldn't ask for a better agent",
    "can't wish for a nicer team",
    "could not get any better",
    "COULD NOT BE BETTER",
    "I can't recommend them highly enough",
    "cannot thank Maria enough",
    "There is nothing better than this import",
]
COMPLAINTS = [
    "it could not be worse",
    "couldn't be any worse",
    "nothing could be worse",
    "There is nothing worse than being on hold",
    "I could not be more disappointed",
    "could not have been more rude",
    "I have never been more frustrated",
    "never had worse service",
    "it could hardly be worse",
    "it could not be less helpful",
    "I have never been less impressed",
    "it could be better",
    "Could be better.",
    "It could have been a bit easier",
    "You should be more helpful",
    "could not get it to work better",
    "nothing but trouble",
    "It never got better",
    "it is not better",
    "it was not easier than before",
]
PORTUGUESE_PRAISE = [
    "Não poderia ser melhor",
    "não podia estar mais satisfeita",
    "Melhor impossível",
    "Nunca tive atendimento melhor",
    "não tenho do que reclamar",
    "Nada a reclamar",
]
PORTUGUESE_COMPLAINTS = [
    "Não poderia ser pior",
    "pior impossível",
    "Nunca vi loja pior",
    "Poderia ser melhor",
    "não estou satisfeita",
    "não foi melhor",
]


def sentiments(make_voice: MakeVoice, texts: list[str], language: str) -> dict[str, str]:
    found = signals_of(
        make_voice,
        {text: {"comment_redacted": text, "language": language} for text in texts},
    )
    return {text: row["sentiment"] for text, row in found.items()}


@pytest.mark.parametrize(
    ("language", "praise", "complaints"),
    [("en", PRAISE, COMPLAINTS), ("pt", PORTUGUESE_PRAISE, PORTUGUESE_COMPLAINTS)],
)
def test_idioms_mean_what_their_writers_mean_when_a_verb_is_negated_or_wished(
    make_voice: MakeVoice, language: str, praise: list[str], complaints: list[str]
) -> None:
    found = sentiments(make_voice, [*praise, *complaints], language)
    expected = dict.fromkeys(praise, "positive") | dict.fromkeys(complaints, "negative")
    assert found == expected


def test_every_comparative_is_as_good_as_can_be_when_none_could_be_more_so(
    make_voice: MakeVoice,
) -> None:
    negated = [
        "could not be", "couldn't be", "could not have been", "can not get", "cannot be",
        "can't be", "could hardly be", "could scarcely have been", "has never been",
    ]  # fmt: skip
    good = ["happier", "better", "easier", "friendlier", "more helpful", "more pleasant"]
    bad = ["worse", "ruder", "more annoying", "more terrible"]
    texts = [f"it {verb} {word}" for verb, word in product(negated, good + bad)]
    # "Could not get more help" is a complaint: what is got may be a thing.
    texts = [text for text in texts if "get more" not in text]
    found = sentiments(make_voice, texts, "en")
    for text, sentiment in found.items():
        is_good = any(text.endswith(word) for word in good)
        assert sentiment == ("positive" if is_good else "negative"), text


def test_idioms_end_with_their_clause_and_leave_other_negations_alone(
    make_voice: MakeVoice,
) -> None:
    found = sentiments(
        make_voice,
        [
            "I could not be there. Better luck to you",
            "I couldn't log in",
            "could not get more help",
            "It took us the best part of a week",
            "The best part of the import is the preview",
            "It could be worse",
        ],
        "en",
    )
    assert found["I could not be there. Better luck to you"] == "positive"
    assert found["It took us the best part of a week"] == "neutral"
    assert found["I couldn't log in"] != "positive"
    assert found["It could be worse"] == "neutral"
    assert found["could not get more help"] == "negative"
    assert found["The best part of the import is the preview"] == "positive"


def test_feeling_is_felt_when_it_could_not_be_more_so(make_voice: MakeVoice) -> None:
    found = signals_of(
        make_voice,
        {
            "as_can_be": "I could not be more frustrated",
            "plain": "I am frustrated",
            "denied": "I am not frustrated",
        },
    )
    assert {name: row["emotion"] for name, row in found.items()} == {
        "as_can_be": "frustration", "plain": "frustration", "denied": "none",
    }  # fmt: skip
    assert found["as_can_be"]["polarity"] < found["plain"]["polarity"] < 0


def test_courtesy_is_no_feeling_when_a_customer_asks_for_something(make_voice: MakeVoice) -> None:
    asked = [
        "Please look into it.",
        "Would like an answer.",
        "I asked the help desk",
        "Hope you can do something",
        "Honest feedback: the import takes days",
        "Happy to show you on a call",
        "Thanks for reading.",
        "We ended up doing it by hand",
        "I no longer have to chase people",
    ]
    complained = [
        "Absolutely furious. The charge isn't explained anywhere. Horrible.",
        "It came out of nowhere. Horrible.",
        "the team is giving up on it",
        "nobody felt responsible",
        "This should not be so hard.",
        "Não é explicada em lugar nenhum. Horrível",
    ]
    praised = [
        "they never make me feel stupid",
        "We were pleased and like it",
        "Thanks, I hope so",
        "It works, which I did not expect. No problems",
    ]
    found = sentiments(make_voice, [*asked, *complained, *praised], "en")
    found |= sentiments(make_voice, complained[-1:], "pt")
    assert found == (
        dict.fromkeys(asked, "neutral")
        | dict.fromkeys(complained, "negative")
        | dict.fromkeys(praised, "positive")
    )
