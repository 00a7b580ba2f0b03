#pragma once
#include "core/dicom/codes/side.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace mama {

// One image of a labelled set, as a row of its table says it.
struct LabelledImage
{
    std::size_t row = 0; // 1 = first record after the heading
    std::filesystem::path path;
    std::string labelText; // as in the table
    int label = -1;        // in class order; -1: not resolved
    std::string patient, study, view, prefix;
    Side side = Side::Unknown;
    std::optional<int> frame;
};

struct RefusedRow
{
    std::size_t row = 0;
    std::string path; // as in the table; empty where the row has none
    std::string reason;
};

// A CSV table of labelled images: columns path (relative to the table's folder, or absolute) and label, and optionally
// patient (or patient_id), side, view, study, frame (from 0), prefix (text in front of this image's prompts).
struct LabelledTable
{
    std::filesystem::path file;
    std::vector<LabelledImage> images;
    std::vector<RefusedRow> refused;
    bool patients = false, prefixes = false; // the table has these columns
};

// Rows that cannot be used are collected. Error(Io) if the file cannot be read, Error(Format) without the columns path
// and label.
LabelledTable readLabelledTable(const std::filesystem::path& file);

// Labels become class numbers: a class's name in any case, else a class number from 0. Rows with another label move to
// the refused.
void resolveLabels(LabelledTable& table, const std::vector<std::string>& classes);

} // namespace mama
