"""Alike is found by bands: never missed within the bound, and by what people see or read."""

import io
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageEnhance

from marketplace.files.pictures import difference_hash
from marketplace.moderation.rules import likeness
from tests.support.pictures import LONG, picture

BITS = st.integers(0, 2**64 - 1)


@given(BITS, st.sets(st.integers(0, 63), max_size=likeness.PICTURE_BITS))
def test_pictures_within_the_bound_always_share_a_band(bits, flipped):
    other = bits
    for place in flipped:
        other ^= 1 << place
    assert likeness.distance(bits, other) == len(flipped)
    pairs = zip(likeness.picture_bands(bits), likeness.picture_bands(other), strict=True)
    assert any(one == two for one, two in pairs)


@given(BITS, BITS)
def test_bands_hold_every_bit(one, other):
    assert (likeness.picture_bands(one) == likeness.picture_bands(other)) is (one == other)
    assert likeness.distance(likeness.signed(one), other) == likeness.distance(one, other)
    assert -(2**63) <= likeness.signed(one) < 2**63


def stored(image: Image.Image, kind="JPEG", **options) -> int | None:
    target = io.BytesIO()
    image.save(target, kind, **options)
    return difference_hash(target.getvalue())


@pytest.mark.parametrize("seed", range(12))
def test_a_picture_stays_alike_when_it_is_made_smaller_or_compressed_or_brighter(seed):
    image = picture(seed)
    first = stored(image)
    others = [
        stored(image, quality=30),
        stored(image.resize((320, 240)), "WEBP", quality=60),
        stored(image.resize((1280, 960)), "PNG"),
        stored(ImageEnhance.Brightness(image).enhance(0.9)),
    ]
    assert first is not None
    assert max(likeness.distance(first, each) for each in others) <= likeness.PICTURE_BITS


def test_other_pictures_are_not_alike_and_a_plain_one_is_like_nothing():
    hashes = [stored(picture(seed)) for seed in range(40)]
    pairs = [(one, two) for place, one in enumerate(hashes) for two in hashes[:place]]
    assert min(likeness.distance(*pair) for pair in pairs) > likeness.PICTURE_BITS
    assert stored(Image.new("RGB", (300, 300), "white")) is None
    assert stored(Image.new("RGBA", (300, 300), (0, 0, 0, 0)), "PNG") is None


def test_pictures_are_as_near_as_their_bits_are_equal():
    assert [likeness.picture_nearness(bits) for bits in (0, 1, likeness.PICTURE_BITS, 32, 64)] == [100, 99, 93, 50, 0]


def test_a_listing_says_its_title_and_description_in_its_merchants_language():
    titles, descriptions = {"zh": "链条", "en": "Chain"}, {"en": "Strong."}
    assert likeness.said(titles, descriptions, "en") == "Chain\nStrong."
    assert likeness.said(titles, descriptions, "zh") == "链条\n"


def test_texts_are_alike_by_what_they_share():
    one, near = likeness.shingles(LONG * 2), likeness.shingles(LONG.upper() + LONG + " Fast.")
    far = likeness.shingles("Jasmine rice, five per cent broken, packed in bags of fifty kilograms at the mill.")
    assert likeness.text_nearness(one, near) >= likeness.TEXT_PERCENT
    assert likeness.text_nearness(one, far) < 20
    assert set(enumerate(likeness.text_bands(one))) & set(enumerate(likeness.text_bands(near)))
    chinese = "加强型摩托车链条，一百一十六节，热处理销轴，适用于炎热潮湿地区的送货摩托车，每箱四十条，出厂前逐条检验。"
    assert likeness.text_bands(likeness.shingles(chinese)) == likeness.text_bands(likeness.shingles(f" {chinese} "))
    assert likeness.shingles("Chain 428H") == frozenset()
    assert likeness.text_bands(frozenset()) == ()
    assert likeness.text_nearness(frozenset(), frozenset()) == 0


@given(st.text(max_size=600))
def test_bands_are_the_same_whenever_they_are_made(text):
    parts = likeness.shingles(text)
    bands = likeness.text_bands(parts)
    assert bands == likeness.text_bands(frozenset(sorted(parts)))
    assert len(bands) in {0, likeness.TEXT_BANDS}
    assert all(0 <= band < 2**63 for band in bands)


def test_texts_that_share_four_fifths_are_found():
    chance, missed = random.Random(7), 0
    for _ in range(300):
        parts = [f"{chance.getrandbits(40):010x}" for _ in range(130)]
        one, other = frozenset(parts[:115]), frozenset(parts[15:])
        assert likeness.text_nearness(one, other) >= 75
        shared = set(enumerate(likeness.text_bands(one))) & set(enumerate(likeness.text_bands(other)))
        missed += not shared
    assert missed <= 3
