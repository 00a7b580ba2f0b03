// Files on the disk that are others than what is on screen: told soon, read again when the reader says so.
#include "app/workstation/read/read_page.h"
#include "app/workstation/read/studies/file_watch.h"
#include "core/base/path_text.h"

#include <QAction>
#include <utility>

namespace mama {
namespace {

QString nameIn(const Study* study, const std::filesystem::path& path)
{
    if (study)
        for (const StudyImage& image : study->images)
            if (image.path == path)
                return QString::fromStdString(pathText(image.place().filename()));
    return QString::fromStdString(pathText(path.filename()));
}

} // namespace

void ReadPage::connectFiles()
{
    m_files = new FileWatch(this);
    connect(m_files, &FileWatch::looked, this, &ReadPage::tellChanges);
    for (const auto other : {&StudySession::scanStarted, &StudySession::studyShown})
        connect(m_studies, other, this, [this] {
            Q_EMIT outdated(std::exchange(m_changedTold, {}));
            watchFiles();
        });
    connect(m_studies, &StudySession::studyComplete, this, &ReadPage::watchFiles);
    connect(m_studies, &StudySession::priorReady, this, &ReadPage::watchFiles);
    connect(m_studies, &StudySession::readAnew, this, [this](const std::vector<std::filesystem::path>& files) {
        Q_EMIT told(tr("%1 was changed on disk since you saw this study: what is shown is what is there now.")
                        .arg(nameIn(m_studies->study(), files.front())),
                    false);
    });
    connect(m_studies, &StudySession::gone, this,
            [this] { Q_EMIT told(tr("The study that was open is not there any more."), true); });
}

void ReadPage::watchFiles() { m_files->setFiles(m_studies->filesRead()); }

void ReadPage::tellChanges(const std::vector<FileWatch::Change>& changes)
{
    const QString text = changesText(changes);
    if (text == m_changedTold) // put away, maybe: it is not told twice
        return;
    Q_EMIT outdated(std::exchange(m_changedTold, text));
    if (!text.isEmpty())
        Q_EMIT told(text, true);
}

QString ReadPage::changesText(const std::vector<FileWatch::Change>& changes) const
{
    if (changes.empty())
        return {};
    const QString first = nameIn(m_studies->study(), changes.front().path), how = howToReadAnew();
    if (changes.size() > 1)
        return tr("%n file(s) were changed or removed on disk after they were read, %1 among them: what is shown is as it "
                  "was before. %2 reads the study anew.",
                  nullptr, static_cast<int>(changes.size()))
            .arg(first, how);
    return changes.front().gone
               ? tr("%1 is not there any more (moved, renamed or removed): what is shown is as it was read. %2 looks "
                    "for the study again.")
                     .arg(first, how)
               : tr("%1 was changed on disk after it was read: what is shown is as it was before. %2 reads the study "
                    "anew.")
                     .arg(first, how);
}

QString ReadPage::howToReadAnew() const
{
    const QString key = keyOf("study.again");
    return key.isEmpty() ? tr("Study ▸ Read anew from disk") : key;
}

} // namespace mama
