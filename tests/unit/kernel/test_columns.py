"""What a column of JSON gives back is what the standard library would read."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.db import engine_options

SINGLE = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(st.characters(codec="utf-8"))
DOCUMENTS = st.recursive(SINGLE, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))
read = engine_options("sqlite://")["json_deserializer"]


@given(DOCUMENTS, st.booleans())
def test_documents_come_back_with_their_types(document, escaped):
    text = json.dumps(document, ensure_ascii=escaped)
    meant = repr(json.loads(text))
    assert repr(read(text)) == meant
    assert repr(read(text.encode())) == meant


@pytest.mark.parametrize("text", [r'"\ud800"', r'{"\udc00x": 1}', "NaN", "-Infinity", "1" * 400, "1e400"])
def test_what_only_some_read_is_read_alike(text):
    assert repr(read(text)) == repr(json.loads(text))


@pytest.mark.parametrize("text", ["", "{", "[1,]", "nul", '{"a": 1} x'])
def test_what_is_no_json_is_refused(text):
    with pytest.raises(json.JSONDecodeError):
        read(text)
