"""What pages and API share: who acts, permissions, parsing, requests, idempotent replay, errors as answers, throttling."""
