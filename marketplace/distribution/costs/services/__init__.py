"""Set rates, plan and enter costs, close sheets, take in partners' invoices and decide about them."""
