"""The store: the only room that knows the database.

One schema runs on SQLite and on PostgreSQL with PostGIS. History is kept, not overwritten: rows
that describe a state have validity dates. A repository function takes an open session and never
commits; the service that opened the session does.
"""
