"""Persons recognised across records whose identifiers agree only in part."""

from ml.identity.config import LinkConfig
from ml.identity.evaluate import LinkQuality, clusters_of, evaluate_links
from ml.identity.link import PersonLinks, link_persons

__all__ = [
    "LinkConfig",
    "LinkQuality",
    "PersonLinks",
    "clusters_of",
    "evaluate_links",
    "link_persons",
]
