"""The pages: parse, one service or flow, redirect; or one query, render. Every page action names its API twin."""
