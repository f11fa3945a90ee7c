-- The client's replica: what the hub told, what was written here, and what became of it.
CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value) WITHOUT ROWID;

-- The hub's rows at the last checkpoint. Scopes, stamp, overrides and fields are CBOR.
CREATE TABLE IF NOT EXISTS hub_row (
    tbl INTEGER, key BLOB, scopes BLOB, generation INTEGER, stamp BLOB, overrides BLOB, fields BLOB,
    PRIMARY KEY (tbl, key)
) WITHOUT ROWID;

-- Own change sets in the order of writing, each by its oid with its canonical bytes.
CREATE TABLE IF NOT EXISTS change_set (
    place INTEGER PRIMARY KEY, oid BLOB UNIQUE, lane BLOB, sequence INTEGER, bytes BLOB,
    included INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE IF NOT EXISTS receipt (
    oid BLOB PRIMARY KEY, disposition TEXT, era BLOB, number INTEGER, effective INTEGER,
    conflicts INTEGER, code TEXT, detail TEXT, repeated INTEGER
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS era (
    place INTEGER PRIMARY KEY, era BLOB UNIQUE, hub BLOB, parents BLOB
);
CREATE TABLE IF NOT EXISTS proof (entries BLOB, signature BLOB);
CREATE TABLE IF NOT EXISTS conflict (oid BLOB, tbl INTEGER, key BLOB, field INTEGER, told TEXT);
CREATE UNIQUE INDEX IF NOT EXISTS conflict_once ON conflict (oid, tbl, key, ifnull(field, -1));
CREATE TABLE IF NOT EXISTS incident (noted TEXT DEFAULT CURRENT_TIMESTAMP, what TEXT);
