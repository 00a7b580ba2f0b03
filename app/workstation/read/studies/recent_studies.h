#pragma once
#include "core/study/study.h"

#include <QDateTime>
#include <QSettings>
#include <QStringList>
#include <filesystem>
#include <vector>

namespace mama {

// What was opened, as the settings keep it: places on the disk and how much was there. Patients' names and IDs are not
// kept; where a place's own name holds one, it is shown so only to who wants identifiers on the screen.
struct RecentOpening
{
    QStringList paths;   // as pathText
    QString name;        // of the first, its folder in front
    QString withoutName; // the same, without what names a patient
    QDateTime when;
    int studies = 0, images = 0;
};

class RecentStudies
{
public:
    explicit RecentStudies(QSettings& settings) : m_settings(settings) {} // which must outlive this object

    std::vector<RecentOpening> list() const; // newest first
    void add(const std::vector<std::filesystem::path>& paths, const std::vector<Study>& studies);
    void clear();

private:
    QSettings& m_settings;
};

} // namespace mama
