"""Every kind of plate: what may stand on it, its colour, its vendor type and how its characters are laid out."""

from dataclasses import dataclass

from .alphabet import DIGITS, PROVINCES, SERIAL_LETTERS


@dataclass(frozen=True)
class PlateDesign:
    """One concrete plate before it is drawn. `rows` holds the characters of each row; `red` the indexes drawn in red,
    `small` those of half the height, at the foot of a plate of one row.
    """

    kind: str
    text: str
    color: str
    plate_type: str
    rows: tuple
    red: tuple = ()
    small: tuple = ()


def _serial(rng, length, letters=2):
    """`length` characters of which at most `letters` are letters, at any places (GA 36-2018)."""
    chars = [rng.choice(DIGITS) for _ in range(length)]
    for place in rng.sample(range(length), rng.choice(range(letters + 1))):
        chars[place] = rng.choice(SERIAL_LETTERS)
    return "".join(chars)


def _digits(rng, length):
    return "".join(rng.choice(DIGITS) for _ in range(length))


def _area(rng):
    # O is rare on the road; it is drawn often enough to be learnt.
    return "O" if rng.random() < 0.08 else rng.choice(SERIAL_LETTERS)


def _head(rng):
    return rng.choice(PROVINCES) + _area(rng)


def _single(kind, text, color, plate_type, red=(), small=()):
    return PlateDesign(kind, text, color, plate_type, (text,), tuple(red), tuple(small))


def _double(kind, text, color, plate_type, top=2, red=()):
    return PlateDesign(kind, text, color, plate_type, (text[:top], text[top:]), tuple(red))


def _new_energy_small(rng):
    # The second place of the serial may be a letter, the last four are digits.
    second = rng.choice(SERIAL_LETTERS) if rng.random() < 0.3 else rng.choice(DIGITS)
    serial = rng.choice("DDDDFFFFABCEGHJK") + second + _digits(rng, 4)
    return _single("new_energy_small", _head(rng) + serial, "GREEN", "NEW_ENERGY_SMALL")


def _new_energy_large(rng):
    serial = _digits(rng, 5) + rng.choice("DDDDFFFFABCEGHJK")
    return _single("new_energy_large", _head(rng) + serial, "YELLOW_GREEN", "NEW_ENERGY_LARGE")


def _armed_police(rng):
    tail = rng.choice(DIGITS + "XBTSHJD") if rng.random() < 0.6 else rng.choice(DIGITS)
    province = rng.choice(PROVINCES) if rng.random() < 0.85 else ""
    return _single("armed_police", "WJ" + province + _digits(rng, 4) + tail, "WHITE", "ARMED_POLICE", (0, 1))


def _armed_police_old(rng):
    # Before 2013: WJ, two small digits of the region, five of the serial.
    return _single("armed_police_old", "WJ" + _digits(rng, 7), "WHITE", "ARMED_POLICE", (0, 1), (2, 3))


def _military_text(rng):
    return rng.choice("VVKKHBSLJNGCEXZ") + rng.choice("ABCDEFGHJKLMNOPRSTUVXY") + _digits(rng, 5)


def _old_army(rng):
    # The real ones in the pictures carry 军 空 海 甲 未 and the capital's 京V.
    first = rng.choice("军空海甲未北南沈兰成济广京京")
    text = first + ("V" if first == "京" else rng.choice(SERIAL_LETTERS + "O")) + _digits(rng, 5)
    return _single("old_army", text, "WHITE", "SINGLE_ROW_MILITARY", (0, 1) if rng.random() < 0.5 else (0,))


def _embassy(rng):
    text = "使" + _digits(rng, 6) if rng.random() < 0.6 else _digits(rng, 6) + "使"
    return _single("embassy", text, "BLACK", "EMBASSY", (text.index("使"),))


def _consulate(rng):
    if rng.random() < 0.3:
        return _single("consulate", "领" + _digits(rng, 6), "BLACK", "CONSULATE", (0,))
    return _single("consulate", _head(rng) + _digits(rng, 4) + "领", "BLACK", "CONSULATE", (6,))


def _cross_border(rng, suffix, plate_type):
    return _single(plate_type.lower(), "粤Z" + _serial(rng, 4, 1) + suffix, "BLACK", plate_type)


def _tractor(rng):
    text = rng.choice(PROVINCES) + _digits(rng, 2) + _digits(rng, 5)
    return _double("tractor", text, "GREEN", "TRACTOR", top=3)


# Kind -> (share of the training mix, maker). Blue is by far the commonest on the road, so it keeps the largest share.
KINDS = {
    "blue": (27, lambda r: _single("blue", _head(r) + _serial(r, 5), "BLUE", "BLUE")),
    "yellow_single": (8, lambda r: _single("yellow_single", _head(r) + _serial(r, 5), "YELLOW", "SINGLE_ROW_YELLOW")),
    "yellow_double": (12, lambda r: _double("yellow_double", _head(r) + _serial(r, 5), "YELLOW", "DOUBLE_ROW_YELLOW")),
    "trailer": (5, lambda r: _double("trailer", _head(r) + _serial(r, 4, 1) + "挂", "YELLOW", "DOUBLE_ROW_YELLOW")),
    "learner": (3, lambda r: _single("learner", _head(r) + _serial(r, 4, 1) + "学", "YELLOW", "SINGLE_ROW_YELLOW")),
    "new_energy_small": (18, _new_energy_small),
    "new_energy_large": (6, _new_energy_large),
    "police": (4, lambda r: _single("police", _head(r) + _serial(r, 4, 1) + "警", "WHITE", "POLICE", (6,))),
    "armed_police": (4, _armed_police),
    "armed_police_old": (14, _armed_police_old),
    "military": (3, lambda r: _single("military", _military_text(r), "WHITE", "SINGLE_ROW_MILITARY", (0, 1))),
    "military_double": (
        4,
        lambda r: _double("military_double", _military_text(r), "WHITE", "DOUBLE_ROW_MILITARY", red=(0, 1)),
    ),
    "old_army": (3, _old_army),
    "embassy": (2, _embassy),
    "consulate": (3, _consulate),
    "hong_kong": (2, lambda r: _cross_border(r, "港", "HONG_KONG")),
    "macau": (2, lambda r: _cross_border(r, "澳", "MACAU")),
    "black_foreign": (5, lambda r: _single("black_foreign", _head(r) + _serial(r, 5), "BLACK", "BLACK")),
    "civil_aviation": (2, lambda r: _single("civil_aviation", "民航" + r.choice("ABCDEFGHJ") + _digits(r, 4), "GREEN", "CIVIL_AVIATION")),
    "tractor": (9, _tractor),
    "emergency": (1, lambda r: _single("emergency", _head(r) + _serial(r, 4, 1) + "急", "WHITE", "UNKNOWN", (0, 6))),
}


def design_plate(rng, kind=None):
    """A random plate of `kind`, or of the training mix. `rng` is a `random.Random`."""
    if kind is None:
        kind = rng.choices(list(KINDS), weights=[share for share, _ in KINDS.values()])[0]
    return KINDS[kind][1](rng)
