"""What machines that come by are told: robots, sitemaps, feeds."""
