"""The values that `flat_json.pxi` comes upon: where each begins and ends, what kind it is, and a number's digits."""

from cpython.unicode cimport PyUnicode_DecodeASCII
from libc.string cimport memcmp

cdef enum:
    DEEPEST = 16
    DIGITS_AT_MOST = 15
    TENS_AT_MOST = 22

cdef enum Kind:
    ABSENT, NULL_, FLAG, WHOLE, BROKEN, TEXT, NESTED
"""What stands behind a key. WHOLE and BROKEN are numbers without and with a point or an exponent."""

cdef struct Said:
    Kind kind
    long long digits  # of a number: these, times ten to this power
    int power
    const char *raw  # the value as it stands there, a text with its quotes
    Py_ssize_t size

cdef struct Reader:
    const char *at
    const char *end

cdef double[TENS_AT_MOST + 1] _TENS
_TENS[:] = [float(10**power) for power in range(TENS_AT_MOST + 1)]


cdef inline char _next(Reader *reader) noexcept:
    """The next byte that is no white space; 0 at the end."""
    while reader.at < reader.end and (reader.at[0] == b" " or reader.at[0] == b"\n" or reader.at[0] == b"\r" or reader.at[0] == b"\t"):
        reader.at += 1
    return reader.at[0] if reader.at < reader.end else 0


cdef bint _text(Reader *reader, const char **text, Py_ssize_t *size) noexcept:
    """From one quote to the other."""
    cdef unsigned char byte
    reader.at += 1
    text[0] = reader.at
    while reader.at < reader.end:
        byte = <unsigned char>reader.at[0]
        if byte == b'"':
            size[0] = reader.at - text[0]
            reader.at += 1
            return True
        if byte < 0x20 or byte > 0x7E or byte == b"\\":
            return False
        reader.at += 1
    return False


cdef bint _key(Reader *reader, const char **text, Py_ssize_t *size) noexcept:
    """A text and the colon behind it."""
    if _next(reader) != b'"' or not _text(reader, text, size) or _next(reader) != b":":
        return False
    reader.at += 1
    return True


cdef bint _value(Reader *reader, Said *said, int depth) noexcept:
    cdef char byte = _next(reader)
    cdef const char *text
    cdef Py_ssize_t size
    said.raw = reader.at
    if byte == b'"':
        said.kind = TEXT
        if not _text(reader, &text, &size):
            return False
    elif byte == b"-" or b"0" <= byte <= b"9":
        if not _number(reader, said):
            return False
    elif byte == b"{" or byte == b"[":
        said.kind = NESTED
        if not _nested(reader, byte, depth):
            return False
    elif _is(reader, b"null", 4):
        said.kind = NULL_
    elif _is(reader, b"true", 4) or _is(reader, b"false", 5):
        said.kind = FLAG
    else:
        return False
    said.size = reader.at - said.raw
    return True


cdef bint _is(Reader *reader, const char *word, Py_ssize_t size) noexcept:
    if reader.end - reader.at < size or memcmp(reader.at, word, size) != 0:
        return False
    reader.at += size
    return True


cdef bint _nested(Reader *reader, char opening, int depth) noexcept:
    """An object or an array that nobody asks for: only seen to be JSON."""
    cdef char byte, closing = b"}" if opening == b"{" else b"]"
    cdef Said said
    cdef const char *text
    cdef Py_ssize_t size
    if depth == DEEPEST:
        return False
    reader.at += 1
    if _next(reader) == closing:
        reader.at += 1
        return True
    while True:
        if opening == b"{" and not _key(reader, &text, &size):
            return False
        if not _value(reader, &said, depth + 1):
            return False
        byte = _next(reader)
        reader.at += 1
        if byte == closing:
            return True
        if byte != b",":
            return False


cdef inline bint _is_digit(Reader *reader) noexcept:
    return reader.at < reader.end and b"0" <= reader.at[0] <= b"9"


cdef bint _number(Reader *reader, Said *said) noexcept:
    cdef long long digits = 0
    cdef int count = 0, power = 0, written = 0
    cdef bint minus = reader.at[0] == b"-", below = False
    said.kind = WHOLE
    if minus:
        reader.at += 1
    if not _is_digit(reader):
        return False
    if reader.at[0] == b"0":
        reader.at += 1
        if _is_digit(reader):
            return False
    while _is_digit(reader):
        digits = digits * 10 + (reader.at[0] - 48)
        count += 1
        reader.at += 1
        if count > DIGITS_AT_MOST:
            return False
    if reader.at < reader.end and reader.at[0] == b".":
        said.kind = BROKEN
        reader.at += 1
        if not _is_digit(reader):
            return False
        while _is_digit(reader):
            digits = digits * 10 + (reader.at[0] - 48)
            count += 1
            power -= 1
            reader.at += 1
            if count > DIGITS_AT_MOST:
                return False
    if reader.at < reader.end and (reader.at[0] == b"e" or reader.at[0] == b"E"):
        said.kind = BROKEN
        reader.at += 1
        if reader.at < reader.end and (reader.at[0] == b"-" or reader.at[0] == b"+"):
            below = reader.at[0] == b"-"
            reader.at += 1
        if not _is_digit(reader):
            return False
        while _is_digit(reader):
            written = written * 10 + (reader.at[0] - 48)
            reader.at += 1
            if written > TENS_AT_MOST:
                return False
        power += -written if below else written
    if not -TENS_AT_MOST <= power <= TENS_AT_MOST:
        return False
    said.digits, said.power = -digits if minus else digits, power
    return True


cdef inline double _double(const Said *said) noexcept:
    """Exact: a whole number below 2**53 is divided by, or multiplied with, a power of ten that is a double too."""
    return said.digits / _TENS[-said.power] if said.power < 0 else said.digits * _TENS[said.power]


cdef inline str _words(const Said *said):
    """A text without its quotes."""
    return PyUnicode_DecodeASCII(said.raw + 1, said.size - 2, NULL)
