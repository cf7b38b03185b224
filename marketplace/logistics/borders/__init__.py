"""Borders of the network: hours of each side, closures, what lanes take, and what figures of legs were before.

Words: a *side* is a place of a crossing with its own clock; both must be open for a lorry to pass. *Hours* are those of
a side, on weekdays, from a day on. A *closure* shuts a side or the whole crossing for a time: proposed (from public
holidays), confirmed, dropped; a confirmed one may be withdrawn. A *lane rule* says what one lane of a crossing takes.
"""
