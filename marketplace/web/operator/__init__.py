"""The operator's pages: mail of the demo, style guide, and later the queues."""
