"""Whole copies of a city: take one while it runs, verify it, and make a city of it in an empty place.

A *target* is a folder that holds any number of *backups*, each a folder of its own with one file a table, the list of
the files it needs and a *manifest* with the hash of every part. Bytes of files lie beside them once, under their hash.
"""
