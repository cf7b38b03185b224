"""Whoever opens whatever page of whatever thing: it is shown or refused."""

import re
from collections import Counter
from html.parser import HTMLParser
from itertools import product

import pytest
from flask import Flask

from tests.support import demo_market
from tests.support.visitors import Visitor

pytestmark = pytest.mark.slow


class Ids(HTMLParser):
    """Counts the ids on a page: a label or a link would lead to the wrong one of two."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.counted = Counter[str]()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.counted.update(value for name, value in attrs if name == "id" and value)

    def twice(self) -> list[str]:
        return [each for each, count in self.counted.items() if count > 1]


def test_every_page_is_shown_or_refused_to_everybody_and_has_no_id_twice(app: Flask) -> None:
    market = demo_market.fill(app)
    faults = set()
    for login, actor in market.actors.items():
        visitor = Visitor(app)
        visitor.enter(actor)
        for rule in app.url_map.iter_rules():
            if "GET" not in rule.methods or rule.rule.startswith(("/api/", "/static/", "/metrics")):
                continue
            for ids in product(*(market.ids(name)[:2] for name in rule.arguments)):
                path = rule.rule
                for name, each in zip(rule.arguments, ids, strict=True):
                    path = re.sub(f"<(?:[^:>]+:)?{name}>", each, path)
                with visitor.client.get(path) as answer:
                    # 202: a document that is being drawn.
                    if answer.status_code not in {200, 202, 302, 303, 304, 403, 404, 422}:
                        faults.add((rule.rule, login, answer.status_code))
                    elif answer.mimetype == "text/html" and (twice := Ids(answer.text).twice()):
                        faults.add((rule.rule, login, *twice))
    assert faults == set()
