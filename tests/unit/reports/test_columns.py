"""Numbers side by side as bars that fill no chart by themselves."""

from marketplace.web.shared.charts import BARS_HEIGHT, WIDTH, columns


def test_one_number_is_a_bar_in_the_middle_and_named_once():
    drawn = columns([("2026-11", 7)])
    assert drawn is not None
    (bar,) = drawn.bars
    assert (bar.width, bar.x, bar.height + bar.y) == (WIDTH // 12, (WIDTH - WIDTH // 12) // 2, BARS_HEIGHT)
    assert (drawn.first, drawn.last, drawn.most) == ("2026-11", "", 7)


def test_many_numbers_share_the_width_and_nothing_is_no_bar():
    drawn = columns([(str(number), number) for number in range(60)])
    assert drawn is not None
    assert len(drawn.bars) == 59
    assert {bar.width for bar in drawn.bars} == {8}
    assert max(bar.x + bar.width for bar in drawn.bars) <= WIDTH
    assert columns([("2026", 0)]) is columns([]) is None
