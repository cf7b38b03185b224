"""What a departure costs and earns: rates, cost sheets planned and actual, partners' invoices, margins."""
