"""How goods came: pictures of them, and how cold they were on the way; seen by both sides, and shown with claims."""
