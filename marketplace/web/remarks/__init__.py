"""Pages on which moderators read what companies say."""
