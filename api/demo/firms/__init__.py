"""Firms of four kinds, each with a year of its own: what it sells says what it needs."""

from api.demo.firms.consultancy import Consultancy
from api.demo.firms.provider import Provider
from api.demo.firms.sample import Sample

FIRMS: dict[str, type[Sample]] = {"consultancy": Consultancy, "provider": Provider}
"""By the name the command line knows them by."""
