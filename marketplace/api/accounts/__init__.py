"""Companies, people, tokens and second factors over the API."""
