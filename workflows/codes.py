"""Public codes: the 12 digits of a region (GB/T 2260 and below), the unified social credit code (GB 32100); and keys of rows
as they stand in addresses and forms."""

MOST_KEY = 2**63 - 1  # what a column of keys holds
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100: no I O S V Z


def is_uscc(code: str) -> bool:
    """Whether an 18-character unified social credit code bears the right check digit (GB 32100-2015)."""
    if len(code) != 18 or any(letter not in _ALPHABET for letter in code):
        return False
    total = sum(_ALPHABET.index(letter) * pow(3, place, 31) for place, letter in enumerate(code[:17]))
    return _ALPHABET[(31 - total % 31) % 31] == code[17]


def find_key(text: str) -> int | None:
    """The key that a text is; None for what no table can hold."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= len(str(MOST_KEY))
    return int(text) if is_number and int(text) <= MOST_KEY else None


def town_code(region_code: str) -> str:
    """The town's 12 digits of any code within it."""
    return region_code[:9] + "000"


def county_code(region_code: str) -> str:
    """The county's 12 digits of any code within it."""
    return region_code[:6] + "000000"
