"""A company's money as one picture: what is due, held and expected, line by line, and what moves week by week."""
