-- A password is kept before there is the work that it is for: it must not be forgotten in between. Unix seconds.
ALTER TABLE credentials ADD COLUMN kept_at BIGINT NOT NULL DEFAULT 0;
