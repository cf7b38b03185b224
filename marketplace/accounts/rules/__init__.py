"""What accounts decide, as pure functions: rights, passwords, login names, waits, codes, terms."""
