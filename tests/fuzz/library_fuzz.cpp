// libFuzzer on what a library reads; the first byte says what follows. F a filter of studies; E, R, V, C,
// M, I, S, A the tables of EMBED, RSNA, VinDr, CBIS-DDSM, CMMD, INbreast (a table, then property lists), CSAW-CC and
// mini-MIAS (a list), NUL between files; K a list of studies' keys; D changes of a library.db: four bytes each,
// three for the place, one for what stands there. Errors are the expected end, anything else is a finding. Seeds:
// tests/fuzz/run.
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/library/collection/set_import.h"
#include "core/library/handover/hand_over.h"
#include "core/library/studies/study_filter.h"
#include "core/library/studies/study_keys.h"
#include "core/tables/importers/data_sets.h"
#include "tests/fuzz/memory_file.h"

#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

namespace {

namespace fs = std::filesystem;

void need(bool holds)
{
    if (!holds)
        std::abort();
}

const fs::path& folder()
{
    static const mama::test::MemoryFolder kept("library");
    return kept.path();
}

using mama::test::write;

// A library of a few studies, made once.
mama::Library& library()
{
    static const auto kept = [] {
        const fs::path set = folder() / "set";
        fs::create_directories(set);
        write(set / "t.csv", "patient_id,image_id,laterality,view,age,cancer,BIRADS,density\n1,11,L,CC,50,0,1,A\n"
                             "1,12,R,MLO,50,0,1,A\n2,21,L,CC,61,1,0,C\n3,31,R,CC,,0,,\n");
        mama::Library::create(folder() / "lib");
        auto made = std::make_unique<mama::Library>(folder() / "lib");
        mama::importSet(*made, mama::readRsnaSet(set));
        return made;
    }();
    return *kept;
}

void filter(std::string_view text)
{
    static const mama::StudyColumns columns(library());
    const mama::FilterResult result = mama::filterStudies(columns, mama::parseFilter(text), true);
    need(result.studies.count() <= columns.size());
    for (const mama::Facet& facet : result.facets)
        for (const mama::FacetValue& value : facet.values)
            need(value.count <= value.all && value.all <= columns.size());
}

// Every record ends in one place, and what was read can be taken into a library and handed over.
void tables(const std::string& name, std::string_view text)
{
    const fs::path set = folder() / "tables";
    fs::remove_all(set);
    fs::create_directories(set);
    for (int file = 0; file < 4; ++file) {
        const std::size_t end = text.find('\0');
        write(set / (name == "mias"                   ? "Info.txt"
                     : name == "inbreast" && file > 0 ? "9000000" + std::to_string(file) + ".xml"
                                                      : std::string(1, static_cast<char>('a' + file)) + ".csv"),
              text.substr(0, end));
        if (end == text.npos)
            break;
        text.remove_prefix(end + 1);
    }
    const mama::SetRows rows = mama::readDataSet(set, name);
    static_cast<void>(mama::textOf(rows.report));
    for (const mama::SetImage& image : rows.images)
        need(image.study < rows.studies.size());
    for (const mama::SetFinding& finding : rows.findings)
        need(finding.study < rows.studies.size() && (!finding.image || *finding.image < rows.images.size()));
}

void database(std::string_view changes)
{
    static const std::string whole = [] {
        library().backUp(folder() / "copy");
        return mama::readText(folder() / "copy" / "library.db");
    }();
    std::string bytes = whole;
    for (; changes.size() >= 4; changes.remove_prefix(4)) {
        const auto at = [&](int i) {
            return static_cast<std::size_t>(static_cast<unsigned char>(changes[static_cast<std::size_t>(i)]));
        };
        bytes[(at(0) | at(1) << 8 | at(2) << 16) % bytes.size()] = changes[3];
    }
    const fs::path place = folder() / "any";
    fs::remove_all(place);
    fs::create_directories(place);
    write(place / "library.db", bytes);
    mama::Library any(place, mama::Access::Read);
    static_cast<void>(any.findFault(true));
    static_cast<void>(any.counts());
    static_cast<void>(any.commands());
    const mama::StudyColumns columns(any);
    std::vector<std::int64_t> studies;
    for (std::size_t i = 0; i < columns.size() && i < 20; ++i)
        studies.push_back(columns.id(i));
    static_cast<void>(mama::planHandOver(any, studies));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0)
        return 0;
    const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
    fs::create_directories(folder());
    try {
        switch (data[0]) {
        case 'E': tables("embed", rest); break;
        case 'R': tables("rsna", rest); break;
        case 'V': tables("vindr", rest); break;
        case 'C': tables("cbis", rest); break;
        case 'M': tables("cmmd", rest); break;
        case 'I': tables("inbreast", rest); break;
        case 'S': tables("csaw", rest); break;
        case 'A': tables("mias", rest); break;
        case 'D': database(rest); break;
        case 'K':
            write(folder() / "keys", rest);
            static_cast<void>(mama::studiesNamed(library(), mama::keysInFile(folder() / "keys")));
            break;
        default: filter(rest);
        }
    } catch (const mama::Error&) {
        return 0;
    }
    return 0;
}
