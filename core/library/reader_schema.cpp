#include "core/library/reader_schema.h"

#include <array>

namespace mama {
namespace reader_step {

// Times are ISO 8601 in UTC with milliseconds. `ms`: since the session began, by a clock that nobody sets.
constexpr const char* const sessionsAndCommands = R"sql(
CREATE TABLE session(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    author TEXT NOT NULL,
    read_first INTEGER NOT NULL CHECK (read_first IN (0, 1)),
    began TEXT NOT NULL,
    ended TEXT
) STRICT;
CREATE TABLE command(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    session INTEGER NOT NULL REFERENCES session(id),
    author TEXT NOT NULL,
    at TEXT NOT NULL,
    kind TEXT NOT NULL,
    words TEXT NOT NULL,
    rows INTEGER NOT NULL,
    changeset BLOB,
    undone_by INTEGER REFERENCES command(id)
) STRICT;
CREATE INDEX command_session ON command(session);
CREATE TRIGGER command_stays BEFORE UPDATE OF id, session, author, at, kind, words ON command
BEGIN SELECT RAISE(ABORT, 'a command is never changed'); END;
CREATE TRIGGER command_is_kept BEFORE DELETE ON command
BEGIN SELECT RAISE(ABORT, 'a command is never deleted'); END;
)sql";

constexpr const char* const logAndVerdicts = R"sql(
CREATE TABLE log_entry(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    session INTEGER NOT NULL REFERENCES session(id),
    at TEXT NOT NULL,
    ms INTEGER NOT NULL,
    kind TEXT NOT NULL,
    study TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;
CREATE INDEX log_entry_session ON log_entry(session);
CREATE INDEX log_entry_study ON log_entry(study);
CREATE TRIGGER log_entry_stays BEFORE UPDATE ON log_entry
BEGIN SELECT RAISE(ABORT, 'the log is never changed'); END;
CREATE TRIGGER log_entry_is_kept BEFORE DELETE ON log_entry
BEGIN SELECT RAISE(ABORT, 'the log is never changed'); END;
CREATE TABLE verdict(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    session INTEGER NOT NULL REFERENCES session(id),
    command INTEGER NOT NULL UNIQUE REFERENCES command(id),
    study TEXT NOT NULL,
    birads_right TEXT CHECK (birads_right IN ('0', '1', '2', '3', '4', '4A', '4B', '4C', '5', '6')),
    birads_left TEXT CHECK (birads_left IN ('0', '1', '2', '3', '4', '4A', '4B', '4C', '5', '6')),
    density TEXT CHECK (density IN ('A', 'B', 'C', 'D')),
    confidence INTEGER CHECK (confidence BETWEEN 0 AND 100),
    marks TEXT NOT NULL,
    words TEXT NOT NULL,
    at TEXT NOT NULL,
    ms INTEGER NOT NULL,
    earlier INTEGER REFERENCES verdict(id)
) STRICT;
CREATE INDEX verdict_study ON verdict(study);
CREATE INDEX verdict_session ON verdict(session);
CREATE TRIGGER verdict_is_final BEFORE UPDATE ON verdict
BEGIN SELECT RAISE(ABORT, 'a locked verdict is final'); END;
CREATE TRIGGER verdict_is_kept BEFORE DELETE ON verdict
BEGIN SELECT RAISE(ABORT, 'a locked verdict is final'); END;
)sql";

// image: a SOP Instance UID with size 0, or "file:" and the SHA-256 of a file of that size.
constexpr const char* const assignedViews = R"sql(
CREATE TABLE assigned_view(
    image TEXT NOT NULL,
    frame INTEGER NOT NULL CHECK (frame >= 0),
    size INTEGER NOT NULL CHECK (size >= 0),
    side TEXT NOT NULL CHECK (side IN ('', 'R', 'L')),
    view TEXT NOT NULL,
    command INTEGER NOT NULL REFERENCES command(id),
    PRIMARY KEY (image, frame, size)
) STRICT, WITHOUT ROWID;
CREATE INDEX assigned_view_size ON assigned_view(size);
)sql";

// crc: CRC-32 of the change set. SQLite reads one whose bytes were turned over without end, so none is read unchecked.
constexpr const char* const checkedChangeSets = R"sql(
ALTER TABLE command ADD COLUMN crc INTEGER;
CREATE TRIGGER session_stays BEFORE UPDATE OF id, author, read_first, began ON session
BEGIN SELECT RAISE(ABORT, 'a session is never changed'); END;
CREATE TRIGGER session_is_kept BEFORE DELETE ON session
BEGIN SELECT RAISE(ABORT, 'a session is never deleted'); END;
)sql";

// image: a SOP Instance UID, or "pixels:" and the hash of the stored pixels. about: the study that a command is of.
constexpr const char* const annotations = R"sql(
ALTER TABLE command ADD COLUMN turns INTEGER REFERENCES command(id);
ALTER TABLE command ADD COLUMN about TEXT NOT NULL DEFAULT '';
CREATE INDEX command_about ON command(about) WHERE about <> '';
CREATE TABLE annotation(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    image TEXT NOT NULL CHECK (image <> ''),
    frame INTEGER NOT NULL CHECK (frame >= 0),
    study TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('ruler', 'area', 'angle', 'circle', 'ellipse', 'rectangle', 'note', 'box',
        'contour', 'point')),
    geometry BLOB NOT NULL,
    text TEXT NOT NULL,
    author TEXT NOT NULL,
    at TEXT NOT NULL,
    facts TEXT NOT NULL
) STRICT;
CREATE INDEX annotation_image ON annotation(image, frame);
CREATE INDEX annotation_study ON annotation(study);
)sql";

} // namespace reader_step

namespace {

constexpr std::int32_t applicationId = 0x4D614D41; // "MaMA"

constexpr std::array steps{reader_step::sessionsAndCommands, reader_step::logAndVerdicts, reader_step::assignedViews,
                           reader_step::checkedChangeSets, reader_step::annotations};

} // namespace

const Schema& readerSchema()
{
    static constexpr Schema schema{applicationId, steps};
    return schema;
}

} // namespace mama
