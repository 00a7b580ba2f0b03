#pragma once
#include "core/base/progress.h"
#include "core/library/collection/library.h"
#include "core/tables/importers/set_rows.h"

namespace mama {

// What an import added; all zero where everything was there already.
struct ImportResult
{
    Change change;
    std::int64_t patients = 0, studies = 0, images = 0, findings = 0, labels = 0, annotations = 0, meanings = 0,
                 masks = 0; // masks: files that may be one, not read yet
    std::int64_t changed =
        0;                 // studies, breasts, findings and images of earlier imports that the tables say otherwise of
    std::int64_t gone = 0; // those, and facts of them, that the tables have no longer: kept
    std::vector<SetProblem> problems; // each of both: "changed" or "no_longer_in_tables", which one, what
};

// Whether some image of the rows is one of the data set of this name, by its study and its file's name: they are the
// same set then, also where it lies elsewhere now.
bool areOf(SQLite::Database& database, const std::string& dataset, const SetRows& rows);

// Takes the rows of a data set's tables into the library: one command, undone as a whole. What is there already stays
// as it is, so that a second import of the same tables changes nothing. A record that the tables say otherwise now is
// the same record: its facts are changed, its labels replaced, the earlier ones kept; a reader's counts first still.
// What the tables have no longer is kept and told. A data set that has some of these images and whose folder is gone
// was moved here, which is a command of its own: its files are known by their paths in it. Error(Data) where a file is
// an image of another data set already. Empty if cancelled, and then nothing of the rows was taken.
Cancellable<ImportResult> importSet(Library& library, const SetRows& rows, const Job& job = {});

} // namespace mama
