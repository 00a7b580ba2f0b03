#pragma once
#include "core/library/reader_file.h"

#include <optional>
#include <ostream>

namespace mama {

// The verdicts as a table for a reader study, CSV after RFC 4180 (CRLF, UTF-8), one row a verdict in the order of
// locking; of one session or of all. Columns: session, read_first, author, study, verdict, shown_at (when the study
// came on the screen first; after an earlier verdict of it in this session since that one), locked_at, seconds_to_lock
// (between them), seconds_on_study (of them those in which it was on the screen), birads_right, birads_left, density,
// confidence, marks (JSON as marksJson()), asks_after_lock, asked (JSON array of the sentences), earlier_verdict,
// model_shown_before (1: the reader was shown a model's output of this study before locking, in whatever session),
// words. What is not known is empty.
void writeReadingTable(ReaderFile& file, std::optional<std::int64_t> session, std::ostream& out);

} // namespace mama
