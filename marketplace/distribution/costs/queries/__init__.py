"""Cost rates, cost sheets, margins and partners' invoices as rows, and the promises they must keep."""
