"""What departures cost and earn, and partners' invoices, over the API."""
