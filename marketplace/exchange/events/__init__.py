"""What happened on site and between companies, by id."""
