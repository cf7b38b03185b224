"""Who did what, when: rows that are written with the act and never changed, sealed into a chain of hashes.

An audit *row* is written in the transaction of the act it tells of. A *seal* names the exact rows it covers
and carries a hash over them and the seal before, so that a changed, added or missing row shows - offline too,
from an exported file. Rows hold ids, codes and numbers, never personal data: a person can be erased and the
chain still holds.
"""
