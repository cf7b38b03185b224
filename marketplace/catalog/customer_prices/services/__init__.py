"""Acts of a merchant and of his customers upon prices for some buyers alone."""
