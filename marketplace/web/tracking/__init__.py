"""Pages of tracking: the public one, a company's programs, who reports, and what operators note."""
