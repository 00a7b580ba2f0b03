#include "core/library/annotation_rows.h"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Statement.h>

namespace mama {

void bindAnnotation(SQLite::Statement& row, int place, const Annotation& annotation)
{
    const std::string bytes = geometryBytes(annotation.shape);
    row.bind(place, bytes.data(), static_cast<int>(bytes.size()));
    row.bind(place + 1, annotation.text);
    row.bind(place + 2, annotation.author);
    row.bind(place + 3, annotation.at);
    row.bind(place + 4, factsText(annotation.facts));
}

void readAnnotation(SQLite::Statement& row, int column, Annotation& annotation)
{
    annotation.shape = shapeFromBytes(row.getColumn(column).getString(), row.getColumn(column + 1).getString());
    annotation.text = row.getColumn(column + 2).getString();
    annotation.author = row.getColumn(column + 3).getString();
    annotation.at = row.getColumn(column + 4).getString();
    annotation.facts = factsFrom(row.getColumn(column + 5).getString());
}

} // namespace mama
