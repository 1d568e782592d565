-- The one schema, for SQLite and PostgreSQL alike: BIGINT, TEXT and BYTEA only, times in Unix seconds.

-- Sessions by the hash of their id: a copy of this table signs nobody in.
CREATE TABLE sessions (
    id_hash TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    record TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- What the worker needs to act for somebody who is away; sealed with the server key.
CREATE TABLE credentials (
    owner TEXT PRIMARY KEY,
    password BYTEA NOT NULL,
    refused_at BIGINT
);

-- What outlives a request, on any instance, but not the sign-in: notices, kept forms, the last undo. Sealed with the
-- server key.
CREATE TABLE scraps (
    name TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    value BYTEA NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX scraps_by_expiry ON scraps (expires_at);

-- Attachments that wait to be sent, where several instances share the database; all of it sealed with the server key.
CREATE TABLE uploads (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    about BYTEA NOT NULL,
    size BIGINT NOT NULL,
    is_whole BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX uploads_by_owner ON uploads (owner);
CREATE TABLE upload_chunks (
    upload TEXT NOT NULL,
    n BIGINT NOT NULL,
    content BYTEA NOT NULL,
    PRIMARY KEY (upload, n)
);

CREATE TABLE settings (
    owner TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (owner, name)
);

CREATE TABLE identities (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    name TEXT NOT NULL,
    email TEXT NOT NULL
);
CREATE INDEX identities_by_owner ON identities (owner);

CREATE TABLE trusted_senders (
    owner TEXT NOT NULL,
    email TEXT NOT NULL,
    since BIGINT NOT NULL,
    PRIMARY KEY (owner, email)
);

CREATE TABLE contacts (
    owner TEXT NOT NULL,
    email TEXT NOT NULL,
    name TEXT NOT NULL,
    n_used BIGINT NOT NULL,
    last_used BIGINT NOT NULL,
    PRIMARY KEY (owner, email)
);

-- What is to be done, when, and by whom: a lease that ran out frees the job for another instance.
CREATE TABLE jobs (
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    owner TEXT NOT NULL,
    due_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    lease_by TEXT NOT NULL,
    lease_until BIGINT NOT NULL,
    PRIMARY KEY (kind, subject)
);
CREATE INDEX jobs_by_due ON jobs (due_at);

CREATE TABLE outbox (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    message_id TEXT NOT NULL,
    phase TEXT NOT NULL,
    mail TEXT NOT NULL,
    send_at BIGINT,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    draft TEXT NOT NULL,
    words TEXT NOT NULL,
    warnings TEXT NOT NULL,
    UNIQUE (owner, message_id)
);

-- The message of an outbox row while it is needed; sealed with the server key.
CREATE TABLE outbox_messages (
    outbox TEXT PRIMARY KEY,
    message BYTEA NOT NULL
);

CREATE TABLE snoozes (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    message TEXT NOT NULL,
    message_id TEXT NOT NULL,
    subject TEXT NOT NULL,
    return_to TEXT NOT NULL,
    until BIGINT NOT NULL
);
CREATE INDEX snoozes_by_owner ON snoozes (owner);

CREATE TABLE collectors (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    settings TEXT NOT NULL,
    secret BYTEA NOT NULL,
    paused BIGINT NOT NULL,
    stopped TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX collectors_by_owner ON collectors (owner);

CREATE TABLE collector_runs (
    collector TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL,
    report TEXT NOT NULL
);
CREATE INDEX collector_runs_by_collector ON collector_runs (collector, started_at);

-- One row for each message of a POP3 mailbox that was seen: what became of it.
CREATE TABLE ledger (
    collector TEXT NOT NULL,
    uidl TEXT NOT NULL,
    state TEXT NOT NULL,
    size BIGINT NOT NULL,
    hash TEXT NOT NULL,
    n_bytes BIGINT NOT NULL,
    message_id TEXT NOT NULL,
    mailbox TEXT NOT NULL,
    uid_validity BIGINT NOT NULL,
    uid BIGINT NOT NULL,
    since BIGINT NOT NULL,
    PRIMARY KEY (collector, uidl)
);
