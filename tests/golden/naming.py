"""Finds the calculator of a topic under another name: other spelling, order or refinement.

A topic is its words: an abbreviation counts as what it stands for, a filler as nothing. A name is
that of the topic with the same words; else of the one topic of the most words it refines
(``tax_included_discounted``), else of the only one whose words hold all of its own (``residual``).
"""

from collections.abc import Iterator, Mapping
from typing import Any

WORDS = {
    "retention": "retainage", "aging": "ageing", "utilization": "utilisation",
    "realization": "realisation", "amortization": "amortisation", "capitalized": "capitalised",
    "percentage": "percent", "pct": "percent", "vat": "tax", "gst": "tax", "mod": "modification",
    "rpo": "remaining performance obligation", "nte": "not exceed", "evm": "earned value",
    "vc": "variable consideration", "po": "purchase order", "poc": "percent completion",
    "catchup": "catch up", "prorate": "proration", "prorated": "proration",
    "inclusive": "included", "realized": "realised", "unrealized": "unrealised",
    "exclusive": "excluded", "provision": "loss", "onerous": "loss", "unused": "breakage",
    "daylight": "dst", "timezone": "zone", "penalties": "penalty", "outstanding": "dso",
    "tnm": "time material", "tm": "time material", "note": "memo", "method": "", "approach": "",
    "calculation": "", "measure": "", "of": "", "per": "", "the": "", "with": "", "and": "",
    "in": "", "on": "", "at": "", "for": "", "vs": "", "or": "", "a": "",
}  # fmt: skip
SAME_AREA = {"pricing": "billing", "rates": "billing", "invoicing": "billing", "kpis": "kpi",
             "metrics": "kpi", "timesheet": "time", "recognition": "revenue"}  # fmt: skip
Topics = Mapping[str, Any]


def answer_of(topic: str, topics: Topics) -> Any:
    """The answer of a topic, or None where no calculator is meant by its name."""
    if topic in topics:
        return topics[topic]
    plain, _, _ = topic.partition("+")
    if plain in topics:
        return topics[plain]
    area, words = said(topic)
    known = [(words_of, answer) for other, answer in topics.items()
             for area_of, words_of in [said(other)] if area_of == area]  # fmt: skip
    return next(nearest(words, known), None) if words else None


def said(topic: str) -> tuple[str, frozenset[str]]:
    """The area of a topic and the words of its name."""
    area, _, name = topic.lower().partition(".")
    words = (word for part in name.replace("+", "_").replace("-", "_").replace(".", "_").split("_")
             for word in WORDS.get(part, part).split())  # fmt: skip
    return SAME_AREA.get(area, area), frozenset(map(singular, words))


def singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and word[-2] != "s" else word


def nearest(words: frozenset[str], known: list[tuple[frozenset[str], Any]]) -> Iterator[Any]:
    """Answers of the same words, then of the most that it refines, then of all it leaves out."""
    yield from (answer for of, answer in known if of == words)
    refined = [(len(of), answer) for of, answer in known if of and of < words]
    most = max((size for size, _ in refined), default=0)
    yield from only([answer for size, answer in refined if size == most])
    yield from only([answer for of, answer in known if words < of])


def only(answers: list[Any]) -> Iterator[Any]:
    """The answer where there is one and no other."""
    if answers and all(one is answers[0] for one in answers):
        yield answers[0]
