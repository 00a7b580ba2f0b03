#include "core/library/files/missing_search.h"

#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/dicom/read/image_file.h"
#include "core/image/measure/pixel_hash.h"

#include <algorithm>
#include <tuple>

namespace fs = std::filesystem;

namespace mama {
namespace {

// How many parts two paths have in common at their ends.
std::size_t commonEnd(const fs::path& a, const fs::path& b)
{
    std::size_t count = 0;
    auto x = a.end(), y = b.end();
    while (x != a.begin() && y != b.begin() && *--x == *--y)
        ++count;
    return count;
}

std::size_t parts(const fs::path& path) { return static_cast<std::size_t>(std::distance(path.begin(), path.end())); }

std::string sopIn(const fs::path& path)
{
    try {
        return ImageFile::open(path)->header().sopUid;
    } catch (const Error&) { // no image: nobody's
        return {};
    }
}

std::string sumIn(const fs::path& path)
{
    try {
        return sha256OfFile(path);
    } catch (const Error&) {
        return {};
    }
}

std::string pixelsIn(const fs::path& path)
{
    try {
        const auto file = ImageFile::open(path);
        if (file->kind() != FileKind::Image)
            return {};
        PixelHash hash;
        for (int frame = 0; frame < file->header().frames; ++frame)
            hash.add(file->readFrame(frame));
        return hash.finish();
    } catch (const Error&) {
        return {};
    }
}

} // namespace

MissingSearch::MissingSearch(std::vector<MissingFile> missing, std::vector<fs::path> candidates)
    : m_missing(std::move(missing))
{
    for (fs::path& path : candidates) {
        std::error_code failed;
        const auto size = fs::file_size(path, failed);
        m_candidates.push_back({std::move(path), failed ? 0 : static_cast<std::int64_t>(size), {}, {}, false});
    }
}

const std::string& MissingSearch::sopOf(Candidate& candidate) const
{
    if (!candidate.sop)
        candidate.sop = sopIn(candidate.path);
    return *candidate.sop;
}

const std::string& MissingSearch::sumOf(Candidate& candidate) const
{
    if (!candidate.sha256)
        candidate.sha256 = sumIn(candidate.path);
    return *candidate.sha256;
}

// Of a whole path its size is enough: half a million headers are not read for a disk that moved.
bool MissingSearch::contradicts(const MissingFile& missing, Candidate& candidate, std::size_t common)
{
    if (missing.size > 0 && missing.size == candidate.size && common >= parts(missing.below))
        return false;
    if (!missing.sop.empty())
        return sopOf(candidate) != missing.sop;
    if (!missing.sha256.empty())
        return missing.size != candidate.size || sumOf(candidate) != missing.sha256;
    return missing.size > 0 && missing.size != candidate.size;
}

void MissingSearch::pair(std::size_t missing, std::size_t candidate, RelinkedBy by)
{
    m_candidates[candidate].taken = true;
    m_pairs[missing] = {candidate, by};
}

// Longest common ends first. Where several files would do alike, none is taken: something else has to tell.
void MissingSearch::byPath()
{
    std::unordered_map<std::string, std::vector<std::size_t>> byName;
    for (std::size_t i = 0; i < m_candidates.size(); ++i)
        byName[m_candidates[i].path.filename().string()].push_back(i);
    std::vector<std::tuple<std::size_t, std::size_t, std::size_t>> ends; // common, missing, candidate
    for (std::size_t i = 0; i < m_missing.size(); ++i) {
        const auto found = byName.find(m_missing[i].below.filename().string());
        if (found == byName.end())
            continue;
        std::size_t longest = 0, several = 0, best = 0;
        for (const std::size_t each : found->second) {
            const std::size_t common = commonEnd(m_missing[i].below, m_candidates[each].path);
            several = common == longest ? several + 1 : common > longest ? 1 : several;
            if (common > longest) {
                longest = common;
                best = each;
            }
        }
        if (several == 1)
            ends.emplace_back(longest, i, best);
    }
    std::stable_sort(ends.begin(), ends.end(),
                     [](const auto& a, const auto& b) { return std::get<0>(a) > std::get<0>(b); });
    std::map<std::size_t, std::size_t> claims; // by candidate: how many claim it with its longest end
    std::map<std::size_t, std::size_t> longestOf;
    for (const auto& [common, missing, candidate] : ends) {
        const auto [longest, isNew] = longestOf.emplace(candidate, common);
        claims[candidate] += isNew || longest->second == common ? 1 : 0;
    }
    for (const auto& [common, missing, candidate] : ends)
        if (longestOf[candidate] == common && claims[candidate] == 1 && !m_candidates[candidate].taken &&
            !contradicts(m_missing[missing], m_candidates[candidate], common))
            pair(missing, candidate, RelinkedBy::Path);
}

// Of several that say to be it: the only one of its name, else any of those with its bytes.
std::optional<std::size_t> MissingSearch::choose(const MissingFile& missing, const std::vector<std::size_t>& candidates)
{
    std::vector<std::size_t> free, named;
    for (const std::size_t each : candidates)
        if (!m_candidates[each].taken) {
            free.push_back(each);
            if (m_candidates[each].path.filename() == missing.below.filename())
                named.push_back(each);
        }
    if (free.size() == 1)
        return free.front();
    if (!missing.sha256.empty())
        for (const std::size_t each : free)
            if (sumOf(m_candidates[each]) == missing.sha256)
                return each;
    return named.size() == 1 ? std::optional(named.front()) : std::nullopt;
}

bool MissingSearch::byKey(Key key, const Reader& read, RelinkedBy by, const Job& job)
{
    std::unordered_map<std::string, std::vector<std::size_t>> wanted; // missing files
    for (std::size_t i = 0; i < m_missing.size(); ++i)
        if (!m_pairs.contains(i) && !(m_missing[i].*key).empty())
            wanted[m_missing[i].*key].push_back(i);
    if (wanted.empty())
        return true;
    std::unordered_map<std::string, std::vector<std::size_t>> found;
    for (std::size_t i = 0; i < m_candidates.size(); ++i) {
        if (job.cancelled())
            return false;
        job.report(i, m_candidates.size(), name(by));
        if (m_candidates[i].taken)
            continue;
        if (std::string value = read(m_candidates[i]); wanted.contains(value))
            found[value].push_back(i);
    }
    for (const auto& [value, missing] : wanted)
        if (const auto there = found.find(value); there != found.end())
            for (const std::size_t each : missing)
                if (const auto chosen = choose(m_missing[each], there->second))
                    pair(each, *chosen, by);
    return true;
}

bool MissingSearch::bySop(const Job& job)
{
    return byKey(
        &MissingFile::sop, [this](Candidate& each) { return sopOf(each); }, RelinkedBy::Sop, job);
}

bool MissingSearch::byContent(const Job& job)
{
    std::map<std::int64_t, bool> sizes; // of those that are looked for
    for (std::size_t i = 0; i < m_missing.size(); ++i)
        if (!m_pairs.contains(i))
            sizes[m_missing[i].size] = true;
    const Reader read = [&](Candidate& each) { return sizes.contains(each.size) ? sumOf(each) : std::string(); };
    return byKey(&MissingFile::sha256, read, RelinkedBy::Content, job);
}

bool MissingSearch::byPixels(const Job& job)
{
    return byKey(
        &MissingFile::pixels, [](Candidate& each) { return pixelsIn(each.path); }, RelinkedBy::Pixels, job);
}

std::vector<FoundFileAgain> MissingSearch::found() const
{
    std::vector<FoundFileAgain> out;
    for (const auto& [missing, found] : m_pairs) {
        const MissingFile& file = m_missing[missing];
        out.push_back({file.file, file.root, file.rootPath / file.below, m_candidates[found.candidate].path, file.below,
                       found.by});
    }
    return out;
}

std::vector<MissingFile> MissingSearch::lost() const
{
    std::vector<MissingFile> out;
    for (std::size_t i = 0; i < m_missing.size(); ++i)
        if (!m_pairs.contains(i))
            out.push_back(m_missing[i]);
    return out;
}

} // namespace mama
