#include "core/study/group_images.h"

#include "core/base/path_text.h"
#include "core/study/exam_identity.h"
#include "core/study/name_subject.h"
#include "core/study/view_text.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

namespace fs = std::filesystem;

namespace mama {
namespace {

using Images = std::list<StudyImage>; // put together without being copied: there may be a million

bool isLoose(const StudyImage& image) { return image.header.studyUid.empty(); }

// The folder of a loose image; the one above, where the folder's name is only what gave side or view.
fs::path folderOf(const StudyImage& image)
{
    fs::path folder = fs::absolute(image.path).lexically_normal().parent_path();
    if (image.viewSource == "folder name" || image.sideSource == "folder name") {
        const fs::path named = folder;
        while (folder.has_relative_path() && namesOnlyView(folder.filename().native()))
            folder = folder.parent_path();
        if (folder == named && image.viewSource == "folder name")
            folder = folder.parent_path();
    }
    return folder;
}

struct Cluster
{
    ExamIdentity identity;
    Images images;
};

// The first of one list to the end of another.
void moveFirst(Images& from, Images& to) { to.splice(to.end(), from, from.begin()); }

// Images of one UID or folder, split where patient or date contradict. The best described come first; what fits
// several stays apart, since nothing says whose it is.
std::vector<Cluster> splitByIdentity(Images images)
{
    std::vector<Cluster> known, clusters, unclear;
    while (!images.empty()) {
        known.push_back({ExamIdentity(images.front().header), {}});
        moveFirst(images, known.back().images);
    }
    std::ranges::stable_sort(known, std::greater(), [](const Cluster& one) { return one.identity.facts(); });
    for (Cluster& one : known) {
        std::vector<Cluster*> fitting;
        for (Cluster& cluster : clusters)
            if (cluster.identity.contradiction(one.identity).empty())
                fitting.push_back(&cluster);
        if (fitting.size() > 1) {
            if (unclear.empty())
                unclear.push_back({one.identity, {}});
            moveFirst(one.images, unclear.back().images);
            continue;
        }
        if (fitting.empty())
            fitting.push_back(&clusters.emplace_back(Cluster{one.identity, {}}));
        fitting.front()->identity.add(one.identity);
        moveFirst(one.images, fitting.front()->images);
    }
    std::ranges::move(unclear, std::back_inserter(clusters));
    return clusters;
}

void warnOfSplit(std::vector<Cluster>& clusters)
{
    for (Cluster& cluster : clusters) {
        Cluster& other = &cluster == &clusters.front() ? clusters[1] : clusters.front();
        const UserText what = cluster.identity.contradiction(other.identity);
        const std::string own = pathText(cluster.images.front().path.filename()),
                          others = pathText(other.images.front().path.filename());
        for (StudyImage& image : cluster.images)
            if (what.empty())
                image.warnings.push_back(
                    {TextId("scan.unclear_patient",
                            "several patients or exams under one study: nothing says to which %1 belongs"),
                     own});
            else if (isLoose(image))
                image.warnings.push_back(
                    {TextId("scan.folder_of_several",
                            "no Study Instance UID, and the %1 of %2 and %3 in one folder differ: kept apart"),
                     what, own, others});
            else
                image.warnings.push_back(
                    {TextId("scan.study_of_several",
                            "one Study Instance UID, but the %1 of %2 and %3 differ: kept apart as different studies"),
                     what, own, others});
    }
}

// Words at places where every name has another one number the pictures; the others tell patients and exams apart.
std::vector<std::vector<std::string>> tellingWords(const Images& images)
{
    std::vector<std::vector<std::string>> names;
    for (const StudyImage& image : images)
        names.push_back(subjectWords(image.path));
    const std::size_t places = names.front().size();
    if (std::ranges::any_of(names, [&](const auto& name) { return name.size() != places; }))
        return names;
    std::vector<std::size_t> telling, numbering;
    for (std::size_t place = 0; place < places; ++place) {
        std::set<std::string> values;
        for (const auto& name : names)
            values.insert(name[place]);
        if (values.size() > 1)
            (values.size() == images.size() ? numbering : telling).push_back(place);
    }
    std::vector<std::vector<std::string>> out(images.size());
    for (std::size_t i = 0; i < images.size(); ++i)
        for (const std::size_t place : telling.empty() ? numbering : telling)
            out[i].push_back(names[i][place]);
    return out;
}

bool slotsRepeat(const Images& images)
{
    std::set<std::string> seen;
    return std::ranges::any_of(images, [&](const StudyImage& image) {
        return !image.view.empty() && !seen.insert(name(image.side) + image.view).second;
    });
}

bool standardFour(const Images& images)
{
    std::set<std::string> seen;
    for (const StudyImage& image : images)
        seen.insert(name(image.side) + image.view);
    return images.size() == 4 && seen == std::set<std::string>{"RCC", "LCC", "RMLO", "LMLO"};
}

// Numbers without a gap, another one for every image: they count the pictures of one exam, "1_RCC" to "5_LMLO".
bool onlyCounted(const std::vector<std::vector<std::string>>& subjects)
{
    std::set<unsigned long> numbers;
    for (const auto& words : subjects) {
        constexpr std::size_t longest = 9;
        if (words.size() != 1 || words[0].empty() || words[0].size() > longest ||
            words[0].find_first_not_of("0123456789") != std::string::npos)
            return false;
        numbers.insert(std::stoul(words[0]));
    }
    return numbers.size() == subjects.size() && *numbers.rbegin() - *numbers.begin() + 1 == numbers.size();
}

// Whether more of the four views are there than one image a patient would give: of several patients each has its own.
bool fewRepeat(const Images& images)
{
    std::set<std::string> seen;
    for (const StudyImage& image : images)
        seen.insert(name(image.side) + image.view);
    return 2 * seen.size() > images.size() && seen.size() > 2;
}

// Loose images that name no patient, by what their file names say: the name of each part, and its images.
std::map<std::string, Images> splitByName(Images images)
{
    std::map<std::string, Images> parts;
    const auto subjects = tellingWords(images);
    const std::set<std::vector<std::string>> different(subjects.begin(), subjects.end());
    const bool allDiffer = different.size() == images.size() && images.size() > 1;
    const bool named = std::ranges::any_of(images, [](const StudyImage& image) {
        return image.viewSource == "file name" || image.sideSource == "file name";
    });
    const bool counted = onlyCounted(subjects) && (!slotsRepeat(images) || fewRepeat(images));
    const bool noViews = std::ranges::all_of(images, [](const StudyImage& image) { return image.view.empty(); });
    if (different.size() <= 1 || (allDiffer && counted) ||
        (allDiffer && !slotsRepeat(images) && (!named || standardFour(images) || noViews))) {
        if (allDiffer && (named || noViews))
            for (StudyImage& image : images)
                image.warnings.push_back(
                    {TextId("scan.names_differ",
                            "nothing says that %1 and %2 are not of several patients: only the folder joins them"),
                     pathText(images.front().path.filename()), pathText(images.back().path.filename())});
        parts[""] = std::move(images);
        return parts;
    }
    for (const auto& words : subjects) {
        std::string subject;
        for (const std::string& word : words)
            subject += (subject.empty() ? "" : "_") + word;
        moveFirst(images, parts[subject]);
    }
    return parts;
}

// Names that no other study has.
class Uids
{
public:
    std::string fresh(const std::string& plain)
    {
        std::string uid = plain;
        for (int number = 2; !m_taken.insert(uid).second; ++number)
            uid = plain + " (" + std::to_string(number) + ")";
        return uid;
    }

private:
    std::set<std::string> m_taken;
};

Study studyOf(std::string uid, Images images)
{
    Study study;
    study.uid = std::move(uid);
    study.images.reserve(images.size());
    for (; !images.empty(); images.pop_front())
        study.images.push_back(std::move(images.front()));
    return study;
}

} // namespace

std::vector<Study> groupImages(Images all)
{
    std::map<std::string, Images> buckets;
    while (!all.empty())
        moveFirst(
            all,
            buckets[isLoose(all.front()) ? "folder:" + folderOf(all.front()).native() : all.front().header.studyUid]);
    Uids uids;
    std::vector<Study> studies;
    for (auto& [key, images] : buckets) {
        const bool loose = isLoose(images.front());
        const std::string plain = loose ? "folder:" + pathText(fs::path(key.substr(7)).filename()) : key;
        std::vector<Cluster> clusters = splitByIdentity(std::move(images));
        if (clusters.size() > 1)
            warnOfSplit(clusters);
        for (std::size_t i = 0; i < clusters.size(); ++i) {
            const std::string base = clusters.size() > 1 ? plain + " (" + std::to_string(i + 1) + ")" : plain;
            if (!loose || clusters[i].identity.namesPatient()) {
                studies.push_back(studyOf(uids.fresh(base), std::move(clusters[i].images)));
                continue;
            }
            for (auto& [subject, part] : splitByName(std::move(clusters[i].images)))
                studies.push_back(
                    studyOf(uids.fresh(subject.empty() ? base : base + "/" + pathText(subject)), std::move(part)));
        }
    }
    return studies;
}

} // namespace mama
