# Attributes of msgspec structs, read where they stand in memory: looking for their names costs ten times as much. And structs
# made with names that are put together once.

from cpython.object cimport PyObject

from types import MemberDescriptorType


cdef extern from "Python.h":
    object PyObject_Vectorcall(object callable, PyObject *const *arguments, size_t count, object names)


cdef extern from "structmember.h":
    ctypedef struct PyMemberDef:
        int type
        Py_ssize_t offset
    ctypedef struct PyMemberDescrObject:
        PyMemberDef *d_member
    int T_OBJECT_EX


cdef Py_ssize_t slot_of(kind, str name) except -1:
    """Where in instances of exactly this kind the attribute stands.

    Raises ImportError where it stands in no slot: asked while a module is imported, Python's own file then does the work.
    """
    cdef PyMemberDef *member
    found = getattr(kind, name)
    if type(found) is not MemberDescriptorType:
        raise ImportError(f"{kind.__name__}.{name} is no slot")
    member = (<PyMemberDescrObject *>found).d_member
    if member.type != T_OBJECT_EX:
        raise ImportError(f"{kind.__name__}.{name} is no reference")
    return member.offset


cdef inline object in_slot(object struct, Py_ssize_t offset):
    """The value there. Raises AttributeError where there is none."""
    cdef PyObject *value = (<PyObject **>((<char *><void *>struct) + offset))[0]
    if value is NULL:
        raise AttributeError("nothing stands there")
    return <object>value
