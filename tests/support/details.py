"""What is said beside an offer."""


def call(client, trader, method, path, body=None, status=200, **options):
    headers = trader.headers if trader else {}
    answer = client.open(f"/api/v1{path}", method=method, json=body, headers=headers, **options)
    assert answer.status_code == status, answer.text
    return answer.get_json() if answer.data else None


def approve(client, office):
    for case in call(client, office, "GET", "/moderation")["items"]:
        call(client, office, "POST", f"/moderation/{case['id']}/decision", {"decision": "approve"})
