"""From a document's data to a *sheet*: labelled *blocks* in one or two languages, which one typst template sets.

A new kind of paper is one function here that builds its blocks, beside its dataclass in ``rules``.
"""
