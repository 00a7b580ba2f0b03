#include "core/library/collection/header_pass.h"

#include "core/base/error.h"
#include "core/base/path_text.h"
#include "core/base/stopwatch.h"
#include "core/dicom/read/image_file.h"
#include "core/library/collection/file_place.h"
#include "core/library/collection/library_images.h"
#include "core/study/describe_image.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <algorithm>
#include <atomic>
#include <thread>

namespace fs = std::filesystem;

namespace mama {
namespace {

constexpr int atOnce = 500;

struct Listed
{
    std::int64_t file = 0;
    fs::path root, below; // the data set's folder; the file in it
};

FileFacts factsOf(const Listed& listed)
{
    FileFacts facts;
    const fs::path path = placeOfFile(listed.root, listed.below);
    const FileState state = path.empty() ? FileState() : FileState::of(path);
    if (state == FileState()) {
        facts.state = "missing";
        return facts;
    }
    facts.known = KnownState::of(state);
    try {
        const auto file = ImageFile::open(path);
        if (file->kind() != FileKind::Image)
            throw Error(ErrorCode::Unsupported, {TextId("library.read_header", "read header")}, pathText(path),
                        textOf(file->kind()));
        facts.image = describeImage(path, file->header());
    } catch (const Error& error) {
        facts.state = "refused";
        facts.fault = error.why().english();
    }
    return facts;
}

std::vector<Listed> nextFiles(Library& library, std::int64_t after)
{
    std::vector<Listed> out;
    library.read([&](SQLite::Database& database) {
        SQLite::Statement each(database,
                               "SELECT file.id, root.path, folder.path, name FROM file JOIN folder ON folder.id ="
                               " folder JOIN root ON root.id = root WHERE state IN ('listed', 'missing') AND"
                               " file.id > ? ORDER BY file.id LIMIT ?");
        each.bind(1, after);
        each.bind(2, atOnce);
        while (each.executeStep())
            out.push_back({each.getColumn(0).getInt64(), each.getColumn(1).getString(),
                           fs::path(each.getColumn(2).getString()) / each.getColumn(3).getString()});
    });
    return out;
}

std::vector<FileFacts> readAll(const std::vector<Listed>& files, const Job& job, int threads)
{
    std::vector<FileFacts> facts(files.size());
    std::atomic<std::size_t> next{0};
    std::vector<std::jthread> workers;
    for (int i = 0; i < threads; ++i)
        workers.emplace_back([&] {
            for (std::size_t at = next++; at < files.size() && !job.cancelled(); at = next++)
                facts[at] = factsOf(files[at]);
        });
    workers.clear();
    return facts;
}

void setText(SQLite::Statement& statement, int place, const std::string& text)
{
    text.empty() ? statement.bind(place) : statement.bind(place, text);
}

std::int64_t filesIn(Library& library, const char* states)
{
    std::int64_t count = 0;
    library.read([&](SQLite::Database& database) {
        count = database.execAndGet(std::string("SELECT count(*) FROM file WHERE state IN ") + states).getInt64();
    });
    return count;
}

} // namespace

void keepFacts(SQLite::Database& database, std::span<const std::int64_t> files, std::span<const FileFacts> facts)
{
    // What is not there, or cannot be read now, stays known by what it was.
    SQLite::Statement file(database, "UPDATE file SET state = ?1, fault = ?2, size = CASE ?1 WHEN 'missing' THEN size"
                                     " ELSE ?3 END, mtime = CASE ?1 WHEN 'missing' THEN mtime ELSE ?4 END,"
                                     " sop = ifnull(?5, sop), series = ifnull(?6, series) WHERE id = ?7");
    SQLite::Statement image(database, "UPDATE image SET rows = ?1, cols = ?2, bits = ?3, mm_row = ?4, mm_col = ?5,"
                                      " vendor = CASE vendor WHEN '' THEN ?6 ELSE vendor END,"
                                      " model = CASE model WHEN '' THEN ?7 ELSE model END,"
                                      " side = CASE side WHEN '' THEN ?8 ELSE side END,"
                                      " view = CASE view WHEN '' THEN ?9 ELSE view END,"
                                      " type = CASE type WHEN '' THEN ?10 ELSE type END,"
                                      " modifiers = CASE modifiers WHEN '' THEN ?11 ELSE modifiers END,"
                                      " flags = ?12, taken = ?13 WHERE file = ?14");
    for (std::size_t i = 0; i < files.size(); ++i) {
        const FileFacts& each = facts[i];
        const ImageHeader& header = each.image.header;
        file.bind(1, each.state);
        setText(file, 2, each.fault);
        file.bind(3, each.known.size);
        file.bind(4, each.known.mtime);
        setText(file, 5, header.sopUid);
        setText(file, 6, header.seriesUid);
        file.bind(7, files[i]);
        file.exec();
        file.reset();
        if (each.state != "read")
            continue;
        image.bind(1, header.rows);
        image.bind(2, header.columns);
        image.bind(3, header.bitsStored);
        if (const auto& mm = each.image.spacing.mm) {
            image.bind(4, mm->row);
            image.bind(5, mm->column);
        } else {
            image.bind(4);
            image.bind(5);
        }
        image.bind(6, header.manufacturer);
        image.bind(7, header.model);
        image.bind(8, each.image.side == Side::Both ? "" : name(each.image.side));
        image.bind(9, each.image.view);
        image.bind(10, typeOf(each.image));
        image.bind(11, modifiersOf(each.image));
        image.bind(12, flagsOf(each.image));
        image.bind(13, takenAt(each.image));
        image.bind(14, files[i]);
        image.exec();
        image.reset();
    }
}

HeaderPass readHeaders(Library& library, const Job& job, int threads)
{
    HeaderPass pass;
    const std::int64_t all = filesIn(library, "('listed', 'missing')");
    const int workers = threads > 0 ? threads : std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, 8);
    std::int64_t after = 0;
    while (!job.cancelled()) {
        const Stopwatch clock;
        const std::vector<Listed> files = nextFiles(library, after);
        if (files.empty())
            break;
        const std::vector<FileFacts> facts = readAll(files, job, workers);
        if (job.cancelled())
            break;
        std::vector<std::int64_t> ids;
        for (const Listed& file : files)
            ids.push_back(file.file);
        library.note([&](SQLite::Database& database) { keepFacts(database, ids, facts); });
        after = files.back().file;
        for (std::size_t i = 0; i < files.size(); ++i) {
            pass.read += facts[i].state == "read";
            pass.missing += facts[i].state == "missing";
            pass.refused += facts[i].state == "refused";
            if (facts[i].state == "refused" || (facts[i].state == "missing" && pass.missing <= 100))
                pass.problems.push_back({pathText(files[i].root / files[i].below),
                                         facts[i].fault.empty() ? facts[i].state : facts[i].fault});
        }
        const std::int64_t done = pass.read + pass.missing + pass.refused;
        job.report(static_cast<std::uint64_t>(done), static_cast<std::uint64_t>(all), "headers");
        if (static_cast<int>(files.size()) == atOnce && clock.milliseconds() < 500)
            std::this_thread::sleep_for(std::chrono::milliseconds(500 - static_cast<int>(clock.milliseconds())));
    }
    pass.left = all - pass.read - pass.missing - pass.refused;
    return pass;
}

std::int64_t headersLeft(Library& library) { return filesIn(library, "('listed')"); }

} // namespace mama
