"""Files become one ZIP whose manifest has the hash of each, and no more bytes than a bundle carries."""

import hashlib
import io
import json
import zipfile
from datetime import UTC, datetime

import pytest

from marketplace.files import bundling, store
from marketplace.files.bundling import Piece
from marketplace.kernel.errors import NotFound, TooLarge

AT = datetime(2026, 3, 2, 9, 0, 1, tzinfo=UTC)


@pytest.fixture
def shelf(tmp_path):
    return store.open_store(tmp_path / "store")


def pack(shelf, *pieces):
    target = io.BytesIO()

    def index(packed):
        return Piece(path="index.html", title="index", content=" ".join(one.sha256 for one in packed).encode())

    return target, bundling.pack(target, store=shelf, pieces=pieces, index=index, about={"claim": "CLM-1"}, at=AT)


def test_every_file_is_listed_with_its_hash_and_the_whole_has_one(shelf):
    kept = store.put(shelf, b"a photo")
    target, made = pack(
        shelf, Piece(path="照片.jpg", title="照片", stored=kept), Piece(path="a.json", title="a", content=b"{}")
    )
    assert (made.sha256, made.size, made.files) == (
        hashlib.sha256(target.getvalue()).hexdigest(), len(target.getvalue()), 3,
    )  # fmt: skip
    assert target.tell() == 0
    with zipfile.ZipFile(target) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        assert archive.getinfo("照片.jpg").date_time == (2026, 3, 2, 9, 0, 0)
        assert archive.read("index.html").startswith(kept.encode())
        assert archive.testzip() is None
    assert manifest["claim"] == "CLM-1"
    assert manifest["files"][0] == {"path": "照片.jpg", "title": "照片", "sha256": kept, "size": 7}


def test_a_bundle_is_bounded_and_never_half(shelf, monkeypatch):
    monkeypatch.setattr(bundling, "MOST_BYTES", 10)
    with pytest.raises(TooLarge, match="bundle_large"):
        pack(shelf, Piece(path="a", title="a", content=b"123456"), Piece(path="b", title="b", content=b"12345"))
    with pytest.raises(NotFound):
        pack(shelf, Piece(path="gone", title="gone", stored="0" * 64))
