"""The register of official invoices on pages."""
