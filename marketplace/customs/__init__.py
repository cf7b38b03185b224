"""What a country asks of goods that come in: prohibitions, licences, permits, quarantine.

A *restriction* is one measure of one destination for the goods under an HS prefix, in words, with the source it was
read in and the day on which somebody last compared it. It is maintained by customs people; it is information with a
source and no legal advice, but for a prohibition: those goods cannot be ordered to there.
"""
