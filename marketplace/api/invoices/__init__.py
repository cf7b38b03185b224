"""The register of official invoices over the API."""
