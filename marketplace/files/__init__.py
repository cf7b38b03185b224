"""Bytes that people hand in or the city makes: pictures, licences, slips, workbooks, documents.

A *stored file* belongs to a company and has a *purpose*, which decides what is accepted. Bytes are kept under the
SHA-256 of their content in an object store; names that people gave are shown, never used as paths. Pictures are
decoded and written anew, so that no metadata of the camera survives, with *renditions* in three widths.
"""
