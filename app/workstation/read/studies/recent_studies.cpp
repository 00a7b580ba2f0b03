#include "app/workstation/read/studies/recent_studies.h"

#include "app/workstation/look/settings_keys.h"
#include "core/base/folded_text.h"
#include "core/base/path_text.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <set>

namespace mama {
namespace {

constexpr int mostKept = 8;

// What would name a patient in a file's or folder's name: the ID, and each word of the name.
std::set<std::string> namesOf(const std::vector<Study>& studies)
{
    constexpr std::size_t shortest = 3; // below that it may stand for anything
    std::set<std::string> all;
    for (const Study& study : studies) {
        if (study.patientId.size() >= shortest)
            all.insert(folded(study.patientId));
        std::string word;
        for (const char c : study.patientName + "^") {
            if (c != '^' && c != '=' && c != ' ' && c != ',') {
                word += c;
                continue;
            }
            if (word.size() >= shortest)
                all.insert(folded(word));
            word.clear();
        }
    }
    return all;
}

std::string withoutNames(std::string part, const std::set<std::string>& names)
{
    for (const std::string& name : names)
        if (folded(part).find(name) != std::string::npos)
            return "\u2022\u2022\u2022";
    return part;
}

// As it stands where it cannot be made whole.
std::filesystem::path wholePath(const std::filesystem::path& path)
{
    std::error_code failed;
    const std::filesystem::path whole = std::filesystem::absolute(path, failed);
    return failed ? path : whole;
}

// The last two parts of a path: enough to know it by.
QString shownName(const std::filesystem::path& path, const std::set<std::string>& names)
{
    const auto part = [&](const std::filesystem::path& each) {
        return QString::fromStdString(withoutNames(pathText(each.filename()), names));
    };
    std::filesystem::path whole = wholePath(path).lexically_normal();
    if (!whole.has_filename())
        whole = whole.parent_path();
    const QString above = part(whole.parent_path());
    return above.isEmpty() ? part(whole) : above + QLatin1Char('/') + part(whole);
}

QJsonObject toJson(const RecentOpening& opening)
{
    return {{QStringLiteral("paths"), QJsonArray::fromStringList(opening.paths)},
            {QStringLiteral("name"), opening.name},
            {QStringLiteral("without_name"), opening.withoutName},
            {QStringLiteral("when"), opening.when.toString(Qt::ISODate)},
            {QStringLiteral("studies"), opening.studies},
            {QStringLiteral("images"), opening.images}};
}

} // namespace

std::vector<RecentOpening> RecentStudies::list() const
{
    std::vector<RecentOpening> out;
    const QByteArray kept = m_settings.value(settings_keys::recentStudies).toString().toUtf8();
    for (const QJsonValue& each : QJsonDocument::fromJson(kept).array()) {
        const QJsonObject object = each.toObject();
        RecentOpening opening;
        for (const QJsonValue& path : object[QLatin1String("paths")].toArray())
            opening.paths << path.toString();
        opening.name = object[QLatin1String("name")].toString();
        opening.withoutName = object[QLatin1String("without_name")].toString();
        opening.when = QDateTime::fromString(object[QLatin1String("when")].toString(), Qt::ISODate);
        opening.studies = object[QLatin1String("studies")].toInt();
        opening.images = object[QLatin1String("images")].toInt();
        if (!opening.paths.isEmpty())
            out.push_back(std::move(opening));
    }
    return out;
}

void RecentStudies::add(const std::vector<std::filesystem::path>& paths, const std::vector<Study>& studies)
{
    RecentOpening opening;
    for (const std::filesystem::path& path : paths)
        if (!path.empty())
            opening.paths << QString::fromStdString(pathText(wholePath(path)));
    const auto named = std::ranges::find_if(paths, [](const auto& path) { return !path.empty(); });
    if (named == paths.end())
        return;
    opening.name = shownName(*named, {});
    opening.withoutName = shownName(*named, namesOf(studies));
    opening.when = QDateTime::currentDateTime();
    opening.studies = static_cast<int>(studies.size());
    for (const Study& study : studies)
        opening.images += static_cast<int>(study.images.size());
    QJsonArray kept{toJson(opening)};
    for (const RecentOpening& earlier : list())
        if (earlier.paths != opening.paths && kept.size() < mostKept)
            kept.append(toJson(earlier));
    m_settings.setValue(settings_keys::recentStudies,
                        QString::fromUtf8(QJsonDocument(kept).toJson(QJsonDocument::Compact)));
}

void RecentStudies::clear() { m_settings.remove(settings_keys::recentStudies); }

} // namespace mama
