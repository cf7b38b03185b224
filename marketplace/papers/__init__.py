"""Papers: documents that the city issues, set by typst and kept as issued.

A *document* has a *kind* (pro-forma, contract …), a *subject* it is about, a *number* of its *issuer*, and *data*:
texts only, one JSON value whose canonical form is hashed. The same number with other data is a new *version*. Its
*parties* are the companies that may read it. A document is *queued* until the job has set it, then *rendered* for good
- a reprint serves the stored bytes - or *failed* when its data cannot be set. A party *signs* a version once: its seal
or signed scan is bound to the hash of the data. ``rules`` hold what each kind needs, ``layout`` turns data into
labelled blocks in one or two languages, ``typesetter`` alone knows typst.
"""
