#pragma once
#include "core/library/annotation.h"

namespace SQLite {
class Statement;
}

namespace mama {

// Geometry, text, author, at and facts of an annotation, from the place on: those of a reader's file and of a library
// are the same.
void bindAnnotation(SQLite::Statement& row, int place, const Annotation& annotation);
// Its kind, then those, from the column on.
void readAnnotation(SQLite::Statement& row, int column, Annotation& annotation);

} // namespace mama
