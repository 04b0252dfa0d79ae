# A buffer that lines are written into, and numbers and words as they stand there.

from cpython.mem cimport PyMem_Free, PyMem_Realloc
from cpython.unicode cimport PyUnicode_AsUTF8AndSize
from libc.math cimport signbit
from libc.string cimport memcpy


cdef extern from "Python.h":
    bint PyUnicode_IS_ASCII(object word)


cdef enum:
    DIGITS = 24
    MOST_PLACES = 6
    MOST_BYTES = 256
cdef double _SMALL = 1e-4
cdef double _LARGE = 1e9
"""Below it, and with at most six places, the digits are a whole number that a double holds exactly."""
cdef double[MOST_PLACES + 1] _TENS
_TENS[:] = [1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6]


cdef class _Buffer:
    cdef char *text
    cdef Py_ssize_t size, room

    def __dealloc__(self):
        PyMem_Free(self.text)

    cdef int reserve(self, Py_ssize_t more) except -1:
        cdef char *text
        if self.size + more > self.room:
            text = <char *>PyMem_Realloc(self.text, 2 * (self.size + more) + 256)
            if text is NULL:
                raise MemoryError
            self.text, self.room = text, 2 * (self.size + more) + 256
        return 0

    cdef int put(self, str words, bint is_first=False) except -1:
        """All of it, or what stands behind its first byte."""
        cdef Py_ssize_t size
        cdef const char *text = PyUnicode_AsUTF8AndSize(words, &size)
        if is_first and size:
            text += 1
            size -= 1
        self.reserve(size)
        memcpy(self.text + self.size, text, size)
        self.size += size
        return 0

    cdef bint put_word(self, str head, str word, bint is_first) except -1:
        """A field whose text needs no care: of printable ASCII, short, and neither empty nor with `"` or a backslash. Else False."""
        cdef Py_ssize_t index, size = len(word)
        cdef const unsigned char *text
        if not PyUnicode_IS_ASCII(word) or not 0 < size <= MOST_BYTES:
            return False
        text = <const unsigned char *>PyUnicode_AsUTF8AndSize(word, &size)
        for index in range(size):
            if not 32 <= text[index] < 127 or text[index] == 34 or text[index] == 92:
                return False
        self.put(head, is_first)
        self.reserve(size + 2)
        self.text[self.size] = 34
        memcpy(self.text + self.size + 1, text, size)
        self.text[self.size + size + 1] = 34
        self.size += size + 2
        return True

    cdef int put_byte(self, char byte) except -1:
        self.reserve(1)
        self.text[self.size] = byte
        self.size += 1
        return 0

    cdef int put_number(self, long long number, int width) except -1:
        """Digits of a number that is not negative, at least so many."""
        cdef char[DIGITS] digits
        cdef int at = DIGITS
        while number or width > 0:
            at -= 1
            digits[at] = <char>(48 + number % 10)
            number //= 10
            width -= 1
        self.reserve(DIGITS)
        memcpy(self.text + self.size, digits + at, DIGITS - at)
        self.size += DIGITS - at
        return 0

    cdef bint put_float(self, double value) except -1:
        """The shortest text that reads as this number, if it has few digits, as nearly all have; else False, and nothing."""
        cdef double size = -value if signbit(value) else value
        cdef long long whole
        cdef int places
        if not (_SMALL <= size < _LARGE or size == 0):
            return False
        for places in range(MOST_PLACES + 1):
            whole = <long long>(size * _TENS[places] + 0.5)
            if <double>whole / _TENS[places] == size:
                if signbit(value):
                    self.put_byte(b"-")
                self.put_number(whole // <long long>_TENS[places], 1)
                self.put_byte(b".")
                self.put_number(whole % <long long>_TENS[places], places if places else 1)
                return True
        return False
