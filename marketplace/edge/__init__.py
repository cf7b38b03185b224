"""What pages and API share: who acts, permissions, parsing, requests, replay, errors as answers, throttling."""
