"""The cases that make_exported.py writes: functions over a Net, each of a version of the operators."""
import numpy as np

EXPORTED = {}


def exported(version):
    def register(make):
        assert make.__name__ not in EXPORTED, make.__name__
        EXPORTED[make.__name__] = (make, version)
        return make
    return register


def ints(*values):
    return np.int64(values)


def last():
    """The end of a slice that goes to the end."""
    return ints(2**63 - 1)
