// bench_library FOLDER [IMAGES]: how fast a library of half a million images of four-view studies answers. Makes the
// library once, with embeddings of 512 numbers for 96 of 100 images, and measures: opening, filter with all counts,
// tags, undo, search. Prints one JSON line.
#include "core/base/files.h"
#include "core/base/hash.h"
#include "core/base/processor.h"
#include "core/base/stopwatch.h"
#include "core/library/collection/header_pass.h"
#include "core/library/collection/set_import.h"
#include "core/library/embeddings/embedding_index.h"
#include "core/library/embeddings/embedding_work.h"
#include "core/library/embeddings/embedding_writer.h"
#include "core/library/handover/cohort_export.h"
#include "core/library/pictures/image_thumbs.h"
#include "core/library/studies/labels.h"
#include "core/library/studies/study_filter.h"
#include "core/library/studies/study_keys.h"
#include "core/library/studies/study_order.h"
#include "core/library/studies/tags.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <numeric>
#include <random>
#include <thread>

using namespace mama;

namespace {

SetRows manyRows(std::uint32_t studies, const std::filesystem::path& root)
{
    SetRows rows;
    rows.importer = "embed";
    rows.name = "bench";
    rows.root = root;
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

nlohmann::json spreadOf(std::vector<double> milliseconds)
{
    std::sort(milliseconds.begin(), milliseconds.end());
    const std::size_t last = milliseconds.size() - 1;
    return {{"median_ms", milliseconds[milliseconds.size() / 2]},
            {"p99_ms", milliseconds[std::min(last, milliseconds.size() * 99 / 100)]},
            {"times", milliseconds.size()}};
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
    return spreadOf(std::move(all));
}

// Of this process, in MB: what it holds alone; of that the pages of files, which the system takes back when it wants
// them.
struct PrivateMegabytes
{
    double own = 0, ofFiles = 0;
};
PrivateMegabytes privateMegabytes()
{
    std::ifstream file("/proc/self/smaps_rollup");
    PrivateMegabytes out;
    for (std::string name; file >> name;)
        if (double kilobytes = 0; name.starts_with("Private_") && file >> kilobytes)
            (name == "Private_Clean:" ? out.ofFiles : out.own) += kilobytes / 1024;
    return out;
}

constexpr std::size_t dim = 512;

std::vector<float> anyVector(std::mt19937& random)
{
    std::vector<float> vector(dim);
    std::uniform_real_distribution<float> any(-1, 1);
    double squares = 0;
    for (float& value : vector) {
        value = any(random);
        squares += static_cast<double>(value) * static_cast<double>(value);
    }
    for (float& value : vector)
        value = static_cast<float>(static_cast<double>(value) / std::sqrt(squares));
    return vector;
}

EmbeddingSetInfo benchSet(const Library& library)
{
    EmbeddingSetInfo info;
    info.identity = {"bench", "{}", 1, "none", ""};
    info.modelName = "bench";
    info.dim = dim;
    info.folder = setFolder(library.folder(), info.identity);
    return info;
}

void makeEmbeddings(Library& library, std::span<const std::int64_t> studies, std::size_t wanted)
{
    std::mt19937 random(2);
    EmbeddingWriter writer(benchSet(library));
    const auto work = embeddingWork(library, studies, [](std::string_view, int) { return false; });
    const auto images = std::span(work.left).first(std::min(wanted, work.left.size()));
    constexpr std::size_t atOnce = 20000;
    for (std::size_t first = 0; first < images.size(); first += atOnce) {
        std::vector<EmbeddedImage> notes;
        for (const ImageToEmbed& image :
             imagesToEmbed(library, images.subspan(first, std::min(atOnce, images.size() - first)))) {
            const std::string hash = sha256(std::to_string(image.image));
            writer.add(hash, 0, anyVector(random));
            notes.push_back({image.image,
                             image.file,
                             {},
                             image.below.filename().string(),
                             hash,
                             EmbeddedImage::State::Embedded,
                             {},
                             {}});
        }
        writer.commit();
        noteEmbedded(library, notes);
    }
}

// Every row in double precision.
std::vector<std::uint32_t> bruteForce(const EmbeddingIndex& index, const EmbeddingQuestion& question, std::size_t count)
{
    std::vector<std::pair<double, std::uint32_t>> all;
    for (std::uint32_t study = 0; study < index.size(); ++study) {
        if (!index.has(study))
            continue;
        double best = -2;
        for (const ImageScore& image : index.imageScores(question.vector, study))
            best = std::max(best, image.score);
        all.emplace_back(-best, study);
    }
    std::sort(all.begin(), all.end());
    std::vector<std::uint32_t> out;
    for (std::size_t i = 0; i < std::min(count, all.size()); ++i)
        out.push_back(all[i].second);
    return out;
}

nlohmann::json measureSearch(const EmbeddingIndex& index, const StudySet& inside)
{
    std::mt19937 random(3);
    nlohmann::json out{{"images", index.images()}, {"dim", dim}, {"studies", index.studiesWithRows()}};
    for (const ScanKernel kernel : scanKernels()) {
        EmbeddingQuestion question;
        question.kernel = kernel;
        const std::clock_t before = std::clock();
        auto& figures = out[name(kernel)];
        figures = measured(kernel == ScanKernel::Portable ? 5 : 100, [&](int i) {
            question.vector = anyVector(random);
            question.fusion = static_cast<FusionRule>(i % 3);
            index.best(question, 100);
        });
        // Of both threads together; where others work, the clock on the wall counts their time too.
        figures["processor_ms_mean"] =
            1000.0 * static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC / figures["times"].get<double>();
    }
    EmbeddingQuestion question;
    question.inside = &inside;
    out["inside_filter"] = measured(50, [&](int) {
        question.vector = anyVector(random);
        index.best(question, 100);
    });
    question.inside = nullptr;
    int same = 0;
    for (int i = 0; i < 3; ++i) {
        question.vector = anyVector(random);
        const auto expected = bruteForce(index, question, 100);
        std::vector<std::uint32_t> is;
        for (const FoundStudy& found : index.best(question, 100))
            is.push_back(found.study);
        same += is == expected ? 1 : 0;
    }
    out["equal_to_brute_force"] = std::to_string(same) + " of 3";
    return out;
}

// A cohort of everything as a file of each form; labels of readers, and what opening costs beside them.
void measureExports(Library& library, const std::vector<std::int64_t>& studies, nlohmann::json& out)
{
    if (cohorts(library).empty())
        freezeCohort(library, "all", "");
    using Form = CohortFile::Form;
    for (const auto& [name, form] : {std::pair{"csv", Form::Csv}, {"coco", Form::Coco}, {"jsonl", Form::JsonLines}}) {
        CohortFile wanted{form, library.folder() / (std::string("export.") + name)};
        out[std::string("export_") + name] = measured(1, [&](int) { exportCohort(library, "all", wanted); });
        out[std::string("export_") + name]["mb"] = static_cast<double>(std::filesystem::file_size(wanted.file)) / 1e6;
        std::filesystem::remove(wanted.file);
    }
    out["label_1000"] = measured(1, [&](int) {
        label(library, {"study", std::span(studies).first(1000), "", "quality", "fine"});
    });
    {
        const Stopwatch clock;
        const StudyColumns withReaders(library);
        out["columns_with_readers_s"] = clock.seconds();
    }
    library.undo();
}

// As the passes over headers and files write what they found: 500 files twice a second, over a connection of their own.
void writeAsAJob(const std::filesystem::path& folder, const std::stop_token& stop)
{
    constexpr std::int64_t atOnce = 500;
    Library library(folder);
    FileFacts facts;
    facts.known = {40'000'000, 1'700'000'000'000'000'001};
    facts.image.header.rows = 4096;
    facts.image.header.columns = 3328;
    const std::vector<FileFacts> all(atOnce, facts);
    std::vector<std::int64_t> files(atOnce);
    for (std::int64_t first = 1; !stop.stop_requested(); first += atOnce) {
        std::iota(files.begin(), files.end(), first);
        library.note([&](SQLite::Database& database) { keepFacts(database, files, all); });
        std::this_thread::sleep_for(std::chrono::milliseconds(500));
    }
}

nlohmann::json tagBesideJob(Library& library, const std::vector<std::int64_t>& studies)
{
    const std::jthread job([&](const std::stop_token& stop) { writeAsAJob(library.folder(), stop); });
    std::vector<double> all;
    for (std::size_t i = 0; i < 200; ++i) {
        const Stopwatch clock;
        tag(library, {"beside" + std::to_string(i % 2), "study", std::span(studies).subspan(i % studies.size(), 1)});
        all.push_back(clock.milliseconds());
        std::this_thread::sleep_for(std::chrono::milliseconds(37)); // at any moment of the job's half second
    }
    return spreadOf(std::move(all));
}

// What a window does until its first tiles have their pictures: three connections, all studies, the answer sorted by
// date, the images of a screenful and their thumbnails. Their files are made before, since thumbnails are of files.
struct FirstTiles
{
    std::filesystem::path folder;

    std::vector<LibraryImage> imagesShown() const
    {
        Library library(folder), reader(folder, Access::Read), looker(folder, Access::Read);
        const StudyColumns columns(reader);
        static_cast<void>(tags(reader));
        static_cast<void>(library.lastDone());
        static_cast<void>(headersLeft(reader));
        const FilterResult found = filterStudies(columns, {}, true);
        std::vector<std::int64_t> shown;
        for (const std::uint32_t study : orderStudies(columns, found.studies, {"date", true, {}}))
            if (shown.size() < 20)
                shown.push_back(columns.id(study));
        std::vector<LibraryImage> out;
        for (auto& images : imagesOf(looker, shown))
            std::move(images.begin(), images.end(), std::back_inserter(out));
        return out;
    }
    void prepare() const
    {
        ThumbStore store(folder);
        const std::string header = "P5\n256 320\n255\n";
        for (const LibraryImage& image : imagesShown()) {
            std::filesystem::create_directories((image.root / image.below).parent_path());
            writeAtomically(image.root / image.below, header + std::string(std::size_t{256} * 320, '\x40'));
            findOrMakeThumb(store, image);
        }
    }
    int shown() const // how many have their picture
    {
        ThumbStore store(folder);
        int ready = 0;
        for (const LibraryImage& image : imagesShown())
            ready += findThumb(store, image).state == ImageThumb::State::Ready;
        return ready;
    }
};

nlohmann::json measureFirstTiles(const std::filesystem::path& folder)
{
    const FirstTiles tiles{folder};
    tiles.prepare();
    int ready = 0;
    nlohmann::json out = measured(5, [&](int) { ready = tiles.shown(); });
    out["tiles_with_picture"] = ready;
    return out;
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
        const SetRows rows =
            manyRows(static_cast<std::uint32_t>(images / 4), std::filesystem::absolute(folder).string() + ".set");
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
    out["private_mb"] = privateMegabytes().own;
    out["quick_check_s"] = measured(1, [&](int) { library.findFault(false); });
    const std::array filters{"density in (c, d) and birads >= 4 and vendor ~ hologic",
                             "view = MLO and not kind = diagnostic and year > 2014",
                             "mass_shape = X and density = A and type = cview", ""};
    out["filter_and_facets"] = measured(100, [&](int i) {
        filterStudies(*columns, parseFilter(filters[static_cast<std::size_t>(i) % filters.size()]), true);
    });
    const std::array quantified{"any(finding: birads >= 4 and density = d)", "all(image: view = CC or view = MLO)",
                                "none(finding: birads >= 5) and count(image: type = cview) > 1",
                                "count(finding: birads >= 4) = 2 and vendor ~ hologic"};
    out["quantified_and_facets"] = measured(100, [&](int i) {
        filterStudies(*columns, parseFilter(quantified[static_cast<std::size_t>(i) % quantified.size()]), true);
    });
    for (const char* filter : quantified)
        out["quantified"][filter] =
            measured(10, [&](int) { filterStudies(*columns, parseFilter(filter), true); })["median_ms"];
    const auto studies = allStudies(library);
    std::vector<std::int64_t> rising(columns->size());
    for (std::size_t i = 0; i < rising.size(); ++i)
        rising[i] = columns->id(i);
    if (!std::filesystem::exists(benchSet(library).folder)) {
        const Stopwatch clock;
        makeEmbeddings(library, rising, static_cast<std::size_t>(images) * 96 / 100);
        out["fill_embeddings_s"] = clock.seconds();
    }
    {
        const Stopwatch clock;
        const EmbeddingIndex index(library, benchSet(library).folder, rising);
        out["open_index_s"] = clock.seconds();
        out["search"] = measureSearch(index, filterStudies(*columns, parseFilter(filters[0]), false).studies);
        const PrivateMegabytes held = privateMegabytes();
        out["private_mb_with_index"] = held.own;
        out["mapped_mb_with_index"] = held.ofFiles;
    }
    out["processor"] = processor().name;
    out["one_tag"] = measured(50, [&](int i) {
        tag(library,
            {"bench" + std::to_string(i % 2), "study", std::span(studies).subspan(static_cast<std::size_t>(i), 1)});
    });
    out["one_tag_beside_job"] = tagBesideJob(library, studies);
    out["first_tiles"] = measureFirstTiles(folder);
    out["tag_100000"] = measured(1, [&](int) {
        tag(library, {"many", "study", std::span(studies).first(std::min(studies.size(), std::size_t(100000)))});
    });
    out["undo_100000"] = measured(1, [&](int) { library.undo(); });
    out["redo_100000"] = measured(1, [&](int) { library.redo(); });
    out["undo_again"] = measured(1, [&](int) { library.undo(); });
    measureExports(library, studies, out);
    std::cout << out.dump() << std::endl;
    return 0;
}
