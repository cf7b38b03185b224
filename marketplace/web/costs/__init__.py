"""Pages of what departures cost and earn, and of partners' invoices."""
