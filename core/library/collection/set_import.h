#pragma once
#include "core/base/progress.h"
#include "core/library/collection/library.h"
#include "core/tables/importers/set_rows.h"

namespace mama {

// What an import added; all zero where everything was there already.
struct ImportResult
{
    Change change;
    std::int64_t patients = 0, studies = 0, images = 0, findings = 0, labels = 0, annotations = 0;
};

// Takes the rows of a data set's tables into the library: one command, undone as a whole. What is there already stays
// as it is, so that a second import of the same tables changes nothing; a value that differs from the one imported
// before replaces it, and both are kept. A data set whose folder is gone was moved here, which is a command of its own:
// its files are known by their paths in it. Empty if cancelled, and then nothing of the rows was taken.
Cancellable<ImportResult> importSet(Library& library, const SetRows& rows, const Job& job = {});

} // namespace mama
