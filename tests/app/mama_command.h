#pragma once
#include "tests/support/test_data.h"

#include <QByteArray>
#include <QString>
#include <QStringList>

namespace mama::test {

// How a program ended; status -1: it crashed or did not end within 5 minutes (MAMA_PATIENCE: seconds).
struct Outcome
{
    int status = -1;
    QByteArray out, err;
    nlohmann::json json() const { return nlohmann::json::parse(out.toStdString(), nullptr, false); }
};

inline QString text(const std::filesystem::path& path) { return QString::fromStdString(path.string()); }

// Runs `mama --quiet ARGUMENTS` of this build to its end; a status other than 0 goes to the test's log.
Outcome mamaCommand(const QStringList& arguments);

// `mama checkpoint import` of the reference's tiny model, parity/mama-ckpt, into a model folder.
Outcome importTinyModel(const std::filesystem::path& target);

} // namespace mama::test
