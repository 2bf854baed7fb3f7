"""Firms of four kinds, each with a year of its own: what it sells says what it needs."""

from api.demo.firms.agency import Agency
from api.demo.firms.builder import Builder
from api.demo.firms.consultancy import Consultancy
from api.demo.firms.provider import Provider
from api.demo.firms.sample import Sample

FIRMS: dict[str, type[Sample]] = {
    "agency": Agency, "builder": Builder, "consultancy": Consultancy, "provider": Provider,
}  # fmt: skip
"""By the name the command line knows them by."""
