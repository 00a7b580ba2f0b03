#pragma once
#include "core/keys/key_file.h"

#include <QString>

class QSettings;

namespace mama {

// The user's keys and mouse: one file beside the settings (core/keys/key_file.h). Without it, the keys that the
// settings held before there was one.
class KeyBook
{
public:
    explicit KeyBook(QSettings& settings); // must outlive it

    const KeyChoice& choice() const { return m_choice; }
    const QString& problem() const { return m_problem; } // why the file is not used; empty: it is, or there is none
    QString file() const;
    // Writes it. What somebody wrote into the file since it was read, or what could not be read, is not lost: the name
    // under which it is kept then, else empty. Error(Io): nothing changed.
    QString take(const KeyChoice& choice);

private:
    void readSettings();

    QSettings& m_settings;
    KeyChoice m_choice;
    QString m_problem;
    std::string m_text; // of the file, as it was used or written last
};

} // namespace mama
