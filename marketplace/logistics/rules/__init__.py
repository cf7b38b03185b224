"""What is decided about states, freight, timetables and cargo; pure."""
