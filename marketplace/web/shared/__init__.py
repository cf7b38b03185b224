"""What every page uses: rendering, locale prefixes, menu, filters."""
