"""Drawn pictures in place of photos: a scene of the trade, dangerous before and in order after, with the moment on it."""

import io
from datetime import datetime
from random import Random

from PIL import ExifTags, Image, ImageDraw

SIZE = (480, 360)
WALL, FLOOR, DARK = (214, 210, 200), (150, 142, 130), (70, 62, 54)
RED, GREEN, GREY, STEEL, WOOD = (168, 66, 54), (84, 148, 100), (128, 128, 132), (176, 186, 194), (176, 136, 84)


def draw(scene: str, moment: datetime, label: str, *, seed: int, is_mended: bool) -> io.BytesIO:
    """A picture as a camera would send it: a JPEG with the moment in its EXIF. The same seed draws the same place."""
    picture = _room(Random(seed))
    SCENES.get(scene, _corridor)(ImageDraw.Draw(picture), Random(seed + 1), is_mended)
    ImageDraw.Draw(picture).text((10, 338), f"{moment:%Y-%m-%d %H:%M}  {label}", fill=(250, 224, 70), font_size=15)
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = f"{moment:%Y:%m:%d %H:%M:%S}"
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=85, exif=exif)
    stream.seek(0)
    return stream


def paper(moment: datetime, label: str, *, seed: int) -> io.BytesIO:
    """A sheet with lines and a red round seal: a sealed original, a notice on a wall."""
    picture, random = Image.new("RGB", SIZE, (232, 228, 218)), Random(seed)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((90, 14, 390, 330), fill=(252, 252, 250), outline=GREY, width=2)
    pen.rectangle((150, 34, 330, 50), fill=DARK)
    for row in range(9):
        pen.rectangle((116, 76 + 22 * row, 250 + random.randrange(110), 82 + 22 * row), fill=GREY)
    pen.ellipse((270, 228, 352, 310), outline=(204, 40, 40), width=5)
    pen.regular_polygon((311, 269, 15), 5, fill=(204, 40, 40))
    pen.text((10, 338), f"{moment:%Y-%m-%d %H:%M}  {label}", fill=(150, 60, 20), font_size=15)
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=85)
    stream.seek(0)
    return stream


def _room(random: Random) -> Image.Image:
    tint = random.randrange(-14, 15)
    picture = Image.new("RGB", SIZE, tuple(each + tint for each in WALL))
    pen = ImageDraw.Draw(picture)
    pen.polygon([(0, 360), (480, 360), (330, 236), (150, 236)], fill=tuple(each + tint for each in FLOOR))
    pen.polygon([(0, 0), (480, 0), (330, 60), (150, 60)], fill=(236, 236, 232))
    return picture


def _corridor(pen: ImageDraw.ImageDraw, random: Random, is_mended: bool) -> None:
    """A door at the end of a corridor: shut and blocked with boxes, or open and free."""
    pen.rectangle((200, 100, 280, 236), fill=GREEN if is_mended else RED, outline=DARK, width=3)
    pen.rectangle((212, 78, 268, 94), fill=(60, 170, 90) if is_mended else GREY)
    for place in range(0 if is_mended else random.randint(2, 4)):
        left, top = 96 + 74 * place, 250 - 16 * (place % 2)
        pen.rectangle((left, top, left + 66, top + 60), fill=WOOD, outline=DARK, width=2)


def _cylinders(pen: ImageDraw.ImageDraw, random: Random, is_mended: bool) -> None:
    """Gas cylinders beside an open flame, or in a cage with an alarm above."""
    for place in range(2 if is_mended else random.randint(3, 5)):
        left = 70 + 62 * place
        pen.rounded_rectangle((left, 170, left + 44, 290), 14, fill=STEEL, outline=DARK, width=2)
        pen.rectangle((left + 16, 154, left + 28, 172), fill=DARK)
    if is_mended:
        pen.rectangle((56, 140, 200, 300), outline=GREEN, width=5)
        pen.ellipse((216, 90, 246, 120), fill=GREEN)
    else:
        pen.polygon([(400, 290), (428, 220), (456, 290)], fill=(232, 120, 40))


def _machine(pen: ImageDraw.ImageDraw, random: Random, is_mended: bool) -> None:
    """A machine with its belt bare and dust around it, or behind a guard on a clean floor."""
    pen.rectangle((130, 150, 330, 270), fill=(96, 120, 140), outline=DARK, width=3)
    pen.ellipse((150, 170, 230, 250), fill=STEEL, outline=DARK, width=3)
    if is_mended:
        pen.rectangle((142, 162, 238, 258), outline=(232, 196, 40), width=7)
        return
    for _ in range(130):
        x, y = random.randrange(60, 420), random.randrange(262, 330)
        pen.ellipse((x, y, x + 7, y + 4), fill=(206, 180, 130))


def _house(pen: ImageDraw.ImageDraw, random: Random, is_mended: bool) -> None:
    """A house with a crack through its wall, or with the wall strengthened."""
    pen.rectangle((120, 110, 360, 300), fill=(200, 180, 160), outline=DARK, width=3)
    pen.polygon([(104, 112), (240, 40), (376, 112)], fill=(140, 84, 70))
    for left in (150, 290):
        pen.rectangle((left, 150, left + 44, 200), fill=STEEL, outline=DARK, width=2)
    if is_mended:
        for left in (128, 236, 344):
            pen.rectangle((left, 112, left + 10, 300), fill=GREEN)
        return
    x, y = 246, 116
    for _ in range(9):
        after = (x + random.randrange(-16, 17), y + 19)
        pen.line([(x, y), after], fill=(50, 30, 30), width=4)
        x, y = after


def _road(pen: ImageDraw.ImageDraw, random: Random, is_mended: bool) -> None:
    """A lorry loaded over its sides, or with its load under a tarpaulin and a warning triangle."""
    pen.rectangle((0, 250, 480, 360), fill=(96, 96, 98))
    pen.rectangle((90, 160, 300, 250), fill=WOOD, outline=DARK, width=3)
    pen.rectangle((300, 180, 370, 250), fill=GREEN if is_mended else RED, outline=DARK, width=3)
    for left in (120, 250, 320):
        pen.ellipse((left, 236, left + 36, 272), fill=DARK)
    if is_mended:
        pen.polygon([(90, 160), (300, 160), (280, 140), (110, 140)], fill=(60, 110, 160))
        return
    for place in range(random.randint(5, 8)):
        pen.ellipse((90 + 24 * place, 120 - 12 * (place % 3), 134 + 24 * place, 164), fill=GREY, outline=DARK)


SCENES = {
    "GAS": _cylinders,
    "HAZCHEM": _cylinders,
    "FIREWORKS": _corridor,
    "INDUSTRY": _machine,
    "SPECIAL_EQUIPMENT": _machine,
    "FIRE": _corridor,
    "SELF_BUILT": _house,
    "CONSTRUCTION": _house,
    "TRAFFIC": _road,
}
