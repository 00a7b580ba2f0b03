#pragma once
#include <QCoreApplication>
#include <QString>
#include <string>
#include <vector>

namespace mama {

// How the form of a run arranges the settings: under headings, those that are rarely changed apart.
struct SettingGroup
{
    QString title;
    std::vector<std::string> usual, rare; // keys

    Q_DECLARE_TR_FUNCTIONS(mama::SettingGroup)
};

// Every setting of the table once. One that no group names yet stands under "Further settings".
std::vector<SettingGroup> settingGroups();

// Whether the setting is the name of a folder, or of a file, to be looked for on the disk.
enum class SettingPath { None, Folder, File };
SettingPath pathKindOf(const std::string& key);

} // namespace mama
