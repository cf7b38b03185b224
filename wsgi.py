"""The entry for gunicorn: ``gunicorn wsgi:app``."""

from marketplace.kernel.loading import program

with program():
    from marketplace.app import create_app

    app = create_app()
