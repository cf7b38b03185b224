"""Pages of those who pack, take in, drive and receive goods."""
