"""What the city writes to people: one text file a message under ``templates/email``, its first line the subject."""
