// bench_library FOLDER [IMAGES]: how fast a library of half a million images of four-view studies answers. Makes the
// library once, and measures: opening, filter with all counts, tags, undo. Prints one JSON line.
#include "core/base/stopwatch.h"
#include "core/library/collection/set_import.h"
#include "core/library/collection/study_filter.h"
#include "core/library/collection/study_keys.h"
#include "core/library/collection/tags.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <random>

using namespace mama;

namespace {

SetRows manyRows(std::uint32_t studies)
{
    SetRows rows;
    rows.importer = "embed";
    rows.name = "bench";
    rows.root = "/";
    rows.tables = {"bench"};
    std::mt19937 random(1);
    const std::array vendors{"HOLOGIC, Inc.", "SIEMENS", "GE MEDICAL SYSTEMS"};
    for (std::uint32_t i = 0; i < studies; ++i) {
        const std::uint32_t study = rows.study(std::to_string(i / 3), std::to_string(100000000 + i), {0, i});
        SetStudy& made = rows.studies[study];
        made.kind = i % 4 ? "screening" : "diagnostic";
        made.date = std::to_string(2010 + i % 10) + "-01-01";
        made.age = std::to_string(40 + random() % 40);
        for (int image = 0; image < 4; ++image) {
            SetImage view;
            view.study = study;
            view.path =
                "images/" + std::to_string(i % 1000) + "/" + std::to_string(i) + "_" + std::to_string(image) + ".dcm";
            view.side = image < 2 ? 'L' : 'R';
            view.view = image % 2 ? "MLO" : "CC";
            view.type = random() % 10 ? "2D" : "cview";
            view.vendor = vendors[random() % 3];
            view.model = "model " + std::to_string(random() % 12);
            rows.images.push_back(std::move(view));
        }
        for (const char side : {'L', 'R'}) {
            SetFinding finding;
            finding.study = study;
            finding.side = side;
            finding.content = 2 * std::uint64_t{i} + (side == 'R');
            finding.labels = {{"birads", std::to_string(random() % 7)}, {"density", std::string(1, "ABCD"[i % 4])}};
            if (random() % 5 == 0)
                finding.labels.push_back({"mass shape", std::string(1, "GROX"[random() % 4])});
            rows.findings.push_back(std::move(finding));
        }
    }
    return rows;
}

template <class Work>
nlohmann::json measured(int times, const Work& work)
{
    std::vector<double> all;
    for (int i = 0; i < times; ++i) {
        const Stopwatch clock;
        work(i);
        all.push_back(clock.milliseconds());
    }
    std::sort(all.begin(), all.end());
    return {{"median_ms", all[all.size() / 2]},
            {"p99_ms", all[std::min(all.size() - 1, all.size() * 99 / 100)]},
            {"times", times}};
}

// Of this process: what it holds alone, in MB.
double privateMegabytes()
{
    std::ifstream file("/proc/self/smaps_rollup");
    double sum = 0;
    for (std::string name; file >> name;)
        if (double kilobytes = 0; name.starts_with("Private_") && file >> kilobytes)
            sum += kilobytes / 1024;
    return sum;
}

} // namespace

int main(int count, char** arguments)
{
    if (count < 2) {
        std::cerr << "bench_library FOLDER [IMAGES]" << std::endl;
        return 2;
    }
    const std::filesystem::path folder = arguments[1];
    const int images = count > 2 ? std::atoi(arguments[2]) : 500000;
    nlohmann::json out;
    if (!std::filesystem::exists(folder)) {
        Library::create(folder);
        Library library(folder);
        const SetRows rows = manyRows(static_cast<std::uint32_t>(images / 4));
        const Stopwatch clock;
        importSet(library, rows);
        out["fill_s"] = clock.seconds();
    }
    const Stopwatch opening;
    Library library(folder);
    const auto columns = std::make_unique<StudyColumns>(library);
    out["open_and_columns_s"] = opening.seconds();
    out["images"] = library.counts().images;
    out["studies"] = columns->size();
    out["private_mb"] = privateMegabytes();
    out["quick_check_s"] = measured(1, [&](int) { library.findFault(false); });
    const std::array filters{"density in (c, d) and birads >= 4 and vendor ~ hologic",
                             "view = MLO and not kind = diagnostic and year > 2014",
                             "mass_shape = X and density = A and type = cview", ""};
    out["filter_and_facets"] = measured(100, [&](int i) {
        filterStudies(*columns, parseFilter(filters[static_cast<std::size_t>(i) % filters.size()]), true);
    });
    const auto studies = allStudies(library);
    out["one_tag"] = measured(50, [&](int i) {
        tag(library,
            {"bench" + std::to_string(i % 2), "study", std::span(studies).subspan(static_cast<std::size_t>(i), 1)});
    });
    out["tag_100000"] = measured(1, [&](int) {
        tag(library, {"many", "study", std::span(studies).first(std::min(studies.size(), std::size_t(100000)))});
    });
    out["undo_100000"] = measured(1, [&](int) { library.undo(); });
    out["redo_100000"] = measured(1, [&](int) { library.redo(); });
    out["undo_again"] = measured(1, [&](int) { library.undo(); });
    std::cout << out.dump() << std::endl;
    return 0;
}
