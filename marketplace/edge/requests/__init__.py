"""Request bodies shared by the API and the forms of the pages, one module a feature."""
