"""Pictures that look alike, or not."""

import io
import random

from PIL import Image, ImageDraw


def picture(seed: int, size=(640, 480)) -> Image.Image:
    """Return something with lights, shadows and edges, as photographs of goods have them."""
    chance = random.Random(seed)
    found = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(found)
    for _ in range(25):
        x, y = chance.randrange(size[0]), chance.randrange(size[1])
        colour = tuple(chance.randrange(256) for _ in range(3))
        draw.ellipse((x, y, x + chance.randrange(40, 300), y + chance.randrange(40, 300)), fill=colour)
    return found


def png(colour: str = "red") -> bytes:
    """Return a small picture of one colour as a file."""
    file = io.BytesIO()
    Image.new("RGB", (320, 240), colour).save(file, "PNG")
    return file.getvalue()


LONG = "Reinforced motorcycle chain 428H, 116 links, heat treated pins, for delivery bikes in hot and wet places. "
