"""Which booking rides on which departure: planned as a whole, with a proved gap and a reason for what stays behind.

``rules`` know an instance, what may stand together, and how an answer is checked; ``solver`` runs in a process of its
own and is the one place that knows HiGHS; ``flows`` reads, lets it solve outside any transaction, and stores.
"""
