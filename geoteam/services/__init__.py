"""Use cases: one function for each thing a user does.

A service opens the transaction, asks whether the user may, calls the rooms, saves, and writes the
audit event. The command line and the server call nothing else.
"""
