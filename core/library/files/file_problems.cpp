#include "core/library/files/file_problems.h"

#include "core/base/path_text.h"
#include "core/library/files/image_doubts.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <algorithm>
#include <map>
#include <tuple>

namespace fs = std::filesystem;

namespace mama {
namespace {

constexpr std::size_t namedCopies = 3;

const std::string from =
    " FROM image JOIN file ON file.id = file JOIN folder ON folder.id = folder JOIN root ON root.id ="
    " folder.root JOIN study ON study.id = study JOIN dataset ON dataset.id = study.dataset ";
const std::string which =
    "SELECT image.id, study.id, dataset.name || '/' || study.key, root.path, folder.path, file.name, ";

FileProblem problemAt(SQLite::Statement& row)
{
    FileProblem out;
    out.image = row.getColumn(0).getInt64();
    out.study = row.getColumn(1).getInt64();
    out.studyKey = row.getColumn(2).getString();
    out.path = fs::path(row.getColumn(3).getString()) / row.getColumn(4).getString() / row.getColumn(5).getString();
    return out;
}

void addUnread(SQLite::Database& database, std::vector<FileProblem>& out)
{
    SQLite::Statement each(database,
                           which + "state, ifnull(fault, '')" + from + "WHERE state IN ('missing', 'refused')");
    while (each.executeStep()) {
        FileProblem problem = problemAt(each);
        problem.kind = each.getColumn(6).getString();
        problem.text = each.getColumn(7).getString();
        out.push_back(std::move(problem));
    }
}

void addDoubts(SQLite::Database& database, std::vector<FileProblem>& out)
{
    SQLite::Statement each(database, which + "doubts" + from + "WHERE doubts <> ''");
    while (each.executeStep())
        for (const ImageDoubt& doubt : doubtsFromText(each.getColumn(6).getString())) {
            FileProblem problem = problemAt(each);
            problem.kind = doubt.kind;
            problem.text = doubt.text;
            out.push_back(std::move(problem));
        }
}

std::string others(const std::vector<FileProblem>& group, const FileProblem& of)
{
    std::string text;
    std::size_t named = 0;
    for (const FileProblem& each : group)
        if (each.path != of.path && named++ < namedCopies)
            text += (text.empty() ? "" : "; ") + pathText(each.path) + " (" + each.studyKey + ")";
    return named > namedCopies ? text + "; and " + std::to_string(named - namedCopies) + " more" : text;
}

// Of each group of files with one picture: those that are byte for byte another's, and the rest.
void addCopies(SQLite::Database& database, std::vector<FileProblem>& out)
{
    SQLite::Statement each(
        database, which + "pixels, sha256" + from +
                      "WHERE dct IS NOT NULL AND pixels IN (SELECT pixels FROM file WHERE pixels IS NOT NULL AND"
                      " dct IS NOT NULL GROUP BY pixels HAVING count(*) > 1) ORDER BY pixels, image.id");
    std::map<std::string, std::vector<FileProblem>> byPixels, bySum;
    std::vector<std::tuple<FileProblem, std::string, std::string>> all;
    while (each.executeStep()) {
        FileProblem problem = problemAt(each);
        const std::string pixels = each.getColumn(6).getString(), sum = each.getColumn(7).getString();
        byPixels[pixels].push_back(problem);
        bySum[sum].push_back(problem);
        all.emplace_back(std::move(problem), pixels, sum);
    }
    for (auto& [problem, pixels, sum] : all) {
        const std::string same = others(bySum[sum], problem);
        problem.kind = same.empty() ? "same pixels" : "same file";
        problem.text = same.empty() ? others(byPixels[pixels], problem) : same;
        if (!problem.text.empty()) // else several frames of one file
            out.push_back(std::move(problem));
    }
}

} // namespace

std::vector<FileProblem> fileProblems(Library& library, const std::string& kind)
{
    std::vector<FileProblem> out;
    library.read([&](SQLite::Database& database) {
        addUnread(database, out);
        addDoubts(database, out);
        addCopies(database, out);
    });
    if (!kind.empty())
        std::erase_if(out, [&](const FileProblem& each) { return each.kind != kind; });
    std::stable_sort(out.begin(), out.end(), [](const FileProblem& a, const FileProblem& b) {
        return std::tie(a.kind, a.studyKey, a.image) < std::tie(b.kind, b.studyKey, b.image);
    });
    return out;
}

} // namespace mama
