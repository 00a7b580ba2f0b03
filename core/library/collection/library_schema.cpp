#include "core/library/collection/library_schema.h"

#include "core/library/reader_schema.h"

#include <array>

namespace mama {
namespace {

constexpr std::int32_t applicationId = 0x4D614C42; // "MaLB"

// `turns` of a command: which one an undo or redo is of. batch: the import that a row came with.
constexpr const char* const places = R"sql(
ALTER TABLE command ADD COLUMN turns INTEGER REFERENCES command(id);
CREATE TABLE dataset(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    importer TEXT NOT NULL,
    name TEXT NOT NULL UNIQUE,
    version TEXT NOT NULL,
    licence TEXT NOT NULL,
    restricted INTEGER NOT NULL CHECK (restricted IN (0, 1))
) STRICT;
CREATE TABLE batch(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    dataset INTEGER NOT NULL REFERENCES dataset(id),
    command INTEGER NOT NULL REFERENCES command(id),
    started TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('tables', 'headers', 'done')),
    report TEXT NOT NULL
) STRICT;
CREATE INDEX batch_dataset ON batch(dataset);
CREATE TABLE root(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    path TEXT NOT NULL UNIQUE,
    label TEXT NOT NULL
) STRICT;
CREATE TABLE folder(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    root INTEGER NOT NULL REFERENCES root(id),
    path TEXT NOT NULL,
    batch INTEGER,
    UNIQUE (root, path)
) STRICT;
CREATE TABLE file(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    folder INTEGER NOT NULL REFERENCES folder(id),
    name TEXT NOT NULL,
    size INTEGER,
    mtime INTEGER,
    sop TEXT,
    series TEXT,
    sha256 TEXT,
    pixels TEXT,
    dct INTEGER,
    state TEXT NOT NULL CHECK (state IN ('listed', 'read', 'missing', 'refused', 'none')),
    fault TEXT,
    batch INTEGER,
    UNIQUE (folder, name)
) STRICT;
CREATE INDEX file_sop ON file(sop) WHERE sop IS NOT NULL;
CREATE INDEX file_sha256 ON file(sha256) WHERE sha256 IS NOT NULL;
CREATE INDEX file_pixels ON file(pixels) WHERE pixels IS NOT NULL;
CREATE INDEX file_state ON file(state) WHERE state = 'listed';
)sql";

constexpr const char* const records = R"sql(
CREATE TABLE patient(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    dataset INTEGER NOT NULL REFERENCES dataset(id),
    key TEXT NOT NULL,
    person INTEGER,
    batch INTEGER,
    UNIQUE (dataset, key)
) STRICT;
CREATE TABLE study(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    patient INTEGER NOT NULL REFERENCES patient(id),
    dataset INTEGER NOT NULL REFERENCES dataset(id),
    key TEXT NOT NULL,
    uid TEXT,
    date TEXT,
    kind TEXT NOT NULL,
    age REAL,
    description TEXT NOT NULL,
    split TEXT NOT NULL,
    row_of TEXT NOT NULL,
    batch INTEGER,
    UNIQUE (dataset, key)
) STRICT;
CREATE INDEX study_patient ON study(patient);
CREATE TABLE image(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    file INTEGER NOT NULL REFERENCES file(id),
    frame INTEGER,
    study INTEGER NOT NULL REFERENCES study(id),
    side TEXT NOT NULL CHECK (side IN ('', 'R', 'L')),
    view TEXT NOT NULL,
    modifiers TEXT NOT NULL,
    type TEXT NOT NULL,
    vendor TEXT NOT NULL,
    model TEXT NOT NULL,
    rows INTEGER,
    cols INTEGER,
    bits INTEGER,
    mm_row REAL,
    mm_col REAL,
    twin INTEGER,
    flags INTEGER NOT NULL,
    row_of TEXT NOT NULL,
    batch INTEGER
) STRICT;
CREATE INDEX image_study ON image(study);
CREATE INDEX image_file ON image(file);
CREATE TABLE finding(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    study INTEGER NOT NULL REFERENCES study(id),
    side TEXT NOT NULL CHECK (side IN ('', 'R', 'L', 'B')),
    number INTEGER NOT NULL,
    kinds TEXT NOT NULL,
    content INTEGER NOT NULL,
    row_of TEXT NOT NULL,
    batch INTEGER
) STRICT;
CREATE INDEX finding_study ON finding(study);
CREATE TABLE annotation(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    image INTEGER NOT NULL REFERENCES image(id),
    finding INTEGER REFERENCES finding(id),
    kind TEXT NOT NULL CHECK (kind IN ('box', 'contour', 'circle', 'point')),
    geometry BLOB NOT NULL,
    frame_note TEXT NOT NULL,
    author TEXT NOT NULL,
    at TEXT NOT NULL,
    batch INTEGER
) STRICT;
CREATE INDEX annotation_image ON annotation(image);
CREATE INDEX annotation_finding ON annotation(finding) WHERE finding IS NOT NULL;
CREATE VIRTUAL TABLE text_index USING fts5(text);
)sql";

// label.source: imported, reader, model, adjudicated. What counts of several is said by the view.
constexpr const char* const work = R"sql(
CREATE TABLE label(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    level TEXT NOT NULL CHECK (level IN ('patient', 'study', 'breast', 'image', 'finding')),
    target INTEGER NOT NULL,
    side TEXT NOT NULL CHECK (side IN ('', 'R', 'L')),
    task TEXT NOT NULL,
    value TEXT NOT NULL,
    source TEXT NOT NULL CHECK (source IN ('imported', 'reader', 'model', 'adjudicated')),
    author TEXT NOT NULL,
    round INTEGER,
    at TEXT NOT NULL,
    row_of TEXT NOT NULL,
    replaced_by INTEGER,
    batch INTEGER
) STRICT;
CREATE INDEX label_target ON label(level, target);
CREATE VIEW label_that_counts AS
    SELECT level, target, side, task, value, source, author, max(CASE source WHEN 'adjudicated' THEN 3 WHEN 'reader' THEN 2
        ELSE 1 END * 1000000000000 + id) AS place
    FROM label WHERE replaced_by IS NULL AND source <> 'model' GROUP BY level, target, side, task;
CREATE TABLE tag(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE CHECK (name <> ''),
    colour TEXT NOT NULL,
    key INTEGER UNIQUE CHECK (key BETWEEN 1 AND 9)
) STRICT;
CREATE TABLE tagged(
    tag INTEGER NOT NULL REFERENCES tag(id),
    level TEXT NOT NULL CHECK (level IN ('patient', 'study', 'image', 'finding')),
    target INTEGER NOT NULL,
    PRIMARY KEY (tag, level, target)
) STRICT, WITHOUT ROWID;
CREATE INDEX tagged_target ON tagged(level, target);
CREATE TABLE cohort(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE CHECK (name <> ''),
    kind TEXT NOT NULL CHECK (kind IN ('live', 'fixed')),
    level TEXT NOT NULL CHECK (level IN ('patient', 'study', 'image')),
    expression TEXT NOT NULL,
    hash TEXT,
    made TEXT NOT NULL
) STRICT;
CREATE TABLE cohort_member(
    cohort INTEGER NOT NULL REFERENCES cohort(id),
    target INTEGER NOT NULL,
    PRIMARY KEY (cohort, target)
) STRICT, WITHOUT ROWID;
CREATE TABLE split(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    cohort INTEGER NOT NULL REFERENCES cohort(id),
    seed INTEGER NOT NULL,
    shares TEXT NOT NULL,
    strata TEXT NOT NULL,
    hash TEXT NOT NULL
) STRICT;
CREATE INDEX split_cohort ON split(cohort);
CREATE TABLE split_patient(
    split INTEGER NOT NULL REFERENCES split(id),
    person INTEGER NOT NULL,
    part TEXT NOT NULL CHECK (part IN ('train', 'validation', 'test')),
    PRIMARY KEY (split, person)
) STRICT, WITHOUT ROWID;
)sql";

// When an image was taken, as its header says: of two of one view the later one hangs.
constexpr const char* const times = R"sql(
ALTER TABLE image ADD COLUMN taken TEXT NOT NULL DEFAULT '';
)sql";

// What an import changed of rows of earlier ones, as it was: its undo puts it back.
constexpr const char* const corrections = R"sql(
CREATE TABLE earlier_value(
    batch INTEGER NOT NULL REFERENCES batch(id),
    thing TEXT NOT NULL,
    row INTEGER NOT NULL,
    field TEXT NOT NULL,
    value ANY,
    PRIMARY KEY (batch, thing, row, field)
) STRICT, WITHOUT ROWID;
CREATE INDEX earlier_value_row ON earlier_value(thing, row, field);
ALTER TABLE vocabulary ADD COLUMN batch INTEGER;
ALTER TABLE split ADD COLUMN made TEXT NOT NULL DEFAULT '';
)sql";

// What one reading of a file's pixels told. dct of both mirrorings; look: what in its header shapes its pictures;
// passed: it was read. doubts: what does not agree about the image, a JSON list of {"kind", "text"}.
constexpr const char* const filePass = R"sql(
ALTER TABLE file ADD COLUMN dct_mirrored INTEGER;
ALTER TABLE file ADD COLUMN look TEXT;
ALTER TABLE file ADD COLUMN passed INTEGER;
ALTER TABLE image ADD COLUMN doubts TEXT NOT NULL DEFAULT '';
CREATE INDEX file_to_pass ON file(state) WHERE passed IS NULL;
CREATE INDEX image_doubts ON image(id) WHERE doubts <> '';
)sql";

// vocabulary.value: 1 where an importer reads its tables by the word, 0 where it only tells what a code means. Files
// that may be the mask of a finding; decision: '' until they are read, then "mask", "crop" or why it is none.
// annotation.given: the table's geometry, where pixels showed that it is to be another one; decision: what they showed.
constexpr const char* const moreSets = R"sql(
ALTER TABLE vocabulary ADD COLUMN value INTEGER NOT NULL DEFAULT 0 CHECK (value IN (0, 1));
CREATE TABLE mask_file(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    image INTEGER NOT NULL REFERENCES image(id),
    finding INTEGER NOT NULL REFERENCES finding(id),
    path TEXT NOT NULL,
    decision TEXT NOT NULL DEFAULT '',
    batch INTEGER,
    UNIQUE (finding, path)
) STRICT;
CREATE INDEX mask_file_image ON mask_file(image);
ALTER TABLE annotation ADD COLUMN given BLOB;
ALTER TABLE annotation ADD COLUMN decision TEXT NOT NULL DEFAULT '';
CREATE TABLE mapping(name TEXT PRIMARY KEY, columns TEXT NOT NULL) STRICT, WITHOUT ROWID;
)sql";

// What readers draw has more kinds, a text, and what was known of the image. frame: of a stack whose frames are one
// image. The id goes on where it was, since what undo frees is not used again. about: the study that a command is of.
constexpr const char* const drawings = R"sql(
ALTER TABLE command ADD COLUMN about TEXT NOT NULL DEFAULT '';
CREATE INDEX command_about ON command(about) WHERE about <> '';
DROP INDEX annotation_image;
DROP INDEX annotation_finding;
ALTER TABLE annotation RENAME TO annotation_before;
CREATE TABLE annotation(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    image INTEGER NOT NULL REFERENCES image(id),
    finding INTEGER REFERENCES finding(id),
    kind TEXT NOT NULL CHECK (kind IN ('ruler', 'area', 'angle', 'circle', 'ellipse', 'rectangle', 'note', 'box',
        'contour', 'point')),
    geometry BLOB NOT NULL,
    frame_note TEXT NOT NULL,
    author TEXT NOT NULL,
    at TEXT NOT NULL,
    batch INTEGER,
    given BLOB,
    decision TEXT NOT NULL DEFAULT '',
    frame INTEGER NOT NULL DEFAULT 0 CHECK (frame >= 0),
    text TEXT NOT NULL DEFAULT '',
    facts TEXT NOT NULL DEFAULT '{}'
) STRICT;
INSERT INTO annotation(id, image, finding, kind, geometry, frame_note, author, at, batch, given, decision)
    SELECT id, image, finding, kind, geometry, frame_note, author, at, batch, given, decision FROM annotation_before;
DELETE FROM sqlite_sequence WHERE name = 'annotation';
INSERT INTO sqlite_sequence(name, seq) SELECT 'annotation', seq FROM sqlite_sequence WHERE name = 'annotation_before';
DROP TABLE annotation_before;
CREATE INDEX annotation_image ON annotation(image);
CREATE INDEX annotation_finding ON annotation(finding) WHERE finding IS NOT NULL;
)sql";

// Where a data set's tables say that a file is, once it was found elsewhere: by that they know it.
constexpr const char* const relinks = R"sql(
ALTER TABLE file ADD COLUMN listed TEXT;
)sql";

// Times of modification in nanoseconds: of two writes in one second the second one is seen. Those kept until here were
// whole seconds and go on being compared as such.
constexpr const char* const fineTimes = R"sql(
UPDATE file SET mtime = mtime * 1000000000 WHERE mtime IS NOT NULL;
)sql";

// SQLite builds a table in memory for each list of more than two words that a row is checked against, for every row
// anew: an import of half a million images spent a sixth of its time there. Comparisons cost nothing. What a check
// says stays the same, so no row changes; the table that comes and goes tells other connections that it did.
constexpr const char* const comparisons = R"sql(
PRAGMA writable_schema=ON;
UPDATE sqlite_schema SET sql = replace(sql, 'CHECK (side IN ('''', ''R'', ''L''))',
        'CHECK (side = '''' OR side = ''R'' OR side = ''L'')')
    WHERE type = 'table' AND name IN ('label', 'image');
UPDATE sqlite_schema SET sql = replace(sql, 'CHECK (side IN ('''', ''R'', ''L'', ''B''))',
        'CHECK (side = '''' OR side = ''R'' OR side = ''L'' OR side = ''B'')')
    WHERE type = 'table' AND name = 'finding';
UPDATE sqlite_schema SET sql = replace(sql, 'CHECK (level IN (''patient'', ''study'', ''breast'', ''image'', ''finding''))',
        'CHECK (level = ''patient'' OR level = ''study'' OR level = ''breast'' OR level = ''image'' OR level = ''finding'')')
    WHERE type = 'table' AND name = 'label';
UPDATE sqlite_schema SET sql = replace(sql, 'CHECK (source IN (''imported'', ''reader'', ''model'', ''adjudicated''))',
        'CHECK (source = ''imported'' OR source = ''reader'' OR source = ''model'' OR source = ''adjudicated'')')
    WHERE type = 'table' AND name = 'label';
UPDATE sqlite_schema SET sql = replace(sql, 'CHECK (level IN (''patient'', ''study'', ''image'', ''finding''))',
        'CHECK (level = ''patient'' OR level = ''study'' OR level = ''image'' OR level = ''finding'')')
    WHERE type = 'table' AND name = 'tagged';
UPDATE sqlite_schema SET sql = replace(sql, 'CHECK (state IN (''listed'', ''read'', ''missing'', ''refused'', ''none''))',
        'CHECK (state = ''listed'' OR state = ''read'' OR state = ''missing'' OR state = ''refused'' OR state = ''none'')')
    WHERE type = 'table' AND name = 'file';
UPDATE sqlite_schema SET sql = replace(sql, 'CHECK (part IN (''train'', ''validation'', ''test''))',
        'CHECK (part = ''train'' OR part = ''validation'' OR part = ''test'')')
    WHERE type = 'table' AND name = 'split_patient';
CREATE TABLE checks_changed(at INTEGER);
DROP TABLE checks_changed;
PRAGMA writable_schema=RESET;
)sql";

constexpr const char* const later = R"sql(
CREATE TABLE vocabulary(
    task TEXT NOT NULL,
    dataset INTEGER NOT NULL REFERENCES dataset(id),
    found TEXT NOT NULL,
    means TEXT NOT NULL,
    PRIMARY KEY (task, dataset, found)
) STRICT, WITHOUT ROWID;
CREATE TABLE prompt_set(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, texts TEXT NOT NULL) STRICT;
CREATE TABLE run(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    folder TEXT NOT NULL,
    cohort INTEGER REFERENCES cohort(id),
    split INTEGER REFERENCES split(id),
    began TEXT NOT NULL,
    report TEXT NOT NULL
) STRICT;
CREATE TABLE saved_view(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    expression TEXT NOT NULL,
    sort TEXT NOT NULL,
    form TEXT NOT NULL
) STRICT;
CREATE TABLE check_run(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    cohort INTEGER REFERENCES cohort(id),
    settings TEXT NOT NULL,
    made TEXT NOT NULL
) STRICT;
CREATE TABLE check_item(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    run INTEGER NOT NULL REFERENCES check_run(id),
    target INTEGER NOT NULL,
    score REAL NOT NULL,
    detail TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'mended', 'dismissed')),
    reason TEXT NOT NULL
) STRICT;
CREATE INDEX check_item_run ON check_item(run);
CREATE TABLE embedding_set(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    model_hash TEXT NOT NULL,
    profile TEXT NOT NULL,
    version TEXT NOT NULL,
    compute TEXT NOT NULL,
    dim INTEGER NOT NULL,
    folder TEXT NOT NULL UNIQUE
) STRICT;
)sql";

} // namespace

const Schema& librarySchema()
{
    static const std::array steps{reader_step::sessionsAndCommands,
                                  reader_step::logAndVerdicts,
                                  reader_step::assignedViews,
                                  reader_step::checkedChangeSets,
                                  places,
                                  records,
                                  work,
                                  later,
                                  times,
                                  corrections,
                                  filePass,
                                  moreSets,
                                  drawings,
                                  relinks,
                                  fineTimes,
                                  comparisons};
    static const Schema schema{applicationId, steps, false};
    return schema;
}

std::span<const char* const> recordedTables()
{
    static constexpr std::array tables{
        "dataset",   "batch",         "root",          "folder",        "file",       "patient", "study",
        "image",     "finding",       "annotation",    "label",         "tag",        "tagged",  "cohort",
        "split",     "cohort_member", "vocabulary",    "split_patient", "prompt_set", "run",     "saved_view",
        "check_run", "check_item",    "embedding_set", "earlier_value", "mask_file",  "mapping"};
    return tables;
}

} // namespace mama
