"""One pass over a JSON object in bytes, for those who ask for a few of its keys (included by the loops that do).

It reads what a device's state nearly always is: ASCII without escapes, numbers of at most fifteen digits. Of anything else,
valid or not, it only says that it does not read it; then the usual decoder does, or says what is wrong. So nothing that it
does read means anything else there.
"""

cimport cython
from cpython.bytes cimport PyBytes_AS_STRING
from libc.string cimport memcmp, memset

cdef enum:
    KEYS_AT_MOST = 32
    PLACES = 128

include "sensors/flat_values.pxi"


@cython.final
cdef class Keys:
    """The keys that are asked for; their places among each other are the places of what is found."""

    cdef list _names
    cdef const char *_texts[KEYS_AT_MOST]
    cdef Py_ssize_t _sizes[KEYS_AT_MOST]
    cdef signed char _table[PLACES]
    cdef readonly int count

    def __init__(self, names):
        cdef int index, place
        self._names = [name.encode("ascii") for name in names]
        self.count = len(self._names)
        if self.count > KEYS_AT_MOST:
            raise ValueError("too many keys")
        memset(self._table, -1, PLACES)
        for index in range(self.count):
            self._texts[index] = PyBytes_AS_STRING(self._names[index])
            self._sizes[index] = len(self._names[index])
            if not self._sizes[index]:
                raise ValueError("a key without a letter")
            place = _place(self._texts[index], self._sizes[index])
            while self._table[place] >= 0:
                place = (place + 1) % PLACES
            self._table[place] = index

    cdef int find(self, const char *text, Py_ssize_t size) noexcept:
        """Which of the keys this is; -1 for others."""
        cdef int place, index
        if size == 0:
            return -1
        place = _place(text, size)
        while True:
            index = self._table[place]
            if index < 0 or (self._sizes[index] == size and memcmp(self._texts[index], text, size) == 0):
                return index
            place = (place + 1) % PLACES

    cdef bint read(self, bytes payload, Said *said) noexcept:
        """What stands behind each key (`said` has room for `count`), the last where one comes twice. False: read it the usual way."""
        cdef Reader reader
        cdef Said other
        cdef const char *key
        cdef Py_ssize_t size
        cdef int index
        cdef char byte
        for index in range(self.count):
            said[index].kind = ABSENT
        reader.at = PyBytes_AS_STRING(payload)
        reader.end = reader.at + len(payload)
        if _next(&reader) != b"{":
            return False
        reader.at += 1
        byte = _next(&reader)
        if byte == b"}":
            reader.at += 1
        while byte != b"}":
            if not _key(&reader, &key, &size):
                return False
            index = self.find(key, size)
            if not _value(&reader, &other if index < 0 else &said[index], 0):
                return False
            byte = _next(&reader)
            if byte != b"}" and byte != b",":
                return False
            reader.at += 1
        return _next(&reader) == 0 and reader.at == reader.end


cdef inline int _place(const char *text, Py_ssize_t size) noexcept:
    return (<int>size * 31 + <unsigned char>text[0] * 7 + <unsigned char>text[size - 1]) % PLACES
