"""What processes of tests are forked from: the application, left out of every search for garbage as where it serves."""

from marketplace.kernel.loading import program

with program():
    import marketplace.app as _app  # noqa: F401
