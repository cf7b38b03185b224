"""Open, order and close warehouses, and keep what lies in them in step with the stock."""
