#include "app/workstation/checkpoints/pinned_studies.h"

#include "app/workstation/look/settings_keys.h"
#include "core/base/path_text.h"

#include <QComboBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QPushButton>

namespace mama {
namespace {

// By its date, as the list of studies on the reading page; folders are often named by a long identifier.
QString studyName(const Study& study, int number)
{
    const QDate date = QDate::fromString(QString::fromStdString(study.date), QStringLiteral("yyyyMMdd"));
    const QString folder =
        study.images.empty()
            ? QString()
            : QFileInfo(QString::fromStdString(pathText(study.images.front().path.parent_path()))).fileName();
    return PinnedStudies::tr("Study %1: %2").arg(number).arg(date.isValid() ? date.toString(Qt::ISODate) : folder);
}

} // namespace

PinnedStudies::PinnedStudies(QSettings& settings, QWidget* parent)
    : QWidget(parent), m_settings(settings), m_studies(new StudySession(this)),
      m_pins(settings.value(settings_keys::checkpointStudies).toStringList()), m_study(new QComboBox(this))
{
    m_study->setAccessibleName(tr("Pinned study"));
    m_study->setPlaceholderText(tr("No study is pinned"));
    m_study->setMinimumContentsLength(12);
    m_study->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    auto* pin = new QPushButton(tr("Pin study…"), this);
    pin->setToolTip(tr("Choose a folder with mammograms; Study ▸ Pin to checkpoints takes the one that is being read"));
    auto* unpin = new QPushButton(tr("Unpin all"), this);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_study, 1);
    row->addWidget(pin);
    row->addWidget(unpin);
    connect(m_study, &QComboBox::activated, m_studies, &StudySession::show);
    connect(pin, &QPushButton::clicked, this, &PinnedStudies::choose);
    connect(unpin, &QPushButton::clicked, this, &PinnedStudies::unpin);

    connect(m_studies, &StudySession::progress, this, &PinnedStudies::progress);
    connect(m_studies, &StudySession::scanned, this, &PinnedStudies::list);
    connect(m_studies, &StudySession::scanFailed, this, [this](const QString& reason) {
        m_problem = reason;
        Q_EMIT changed();
    });
    connect(m_studies, &StudySession::studyShown, this, [this] {
        m_study->setCurrentIndex(m_studies->current());
        Q_EMIT studyShown(*m_studies->study());
    });
    connect(m_studies, &StudySession::pictureReady, this, [this](const LoadedImage& loaded) {
        if (const Study* shown = study(); shown && loaded.index < shown->images.size())
            Q_EMIT pictureReady(loaded, {shown->uid, loaded.index});
    });
}

void PinnedStudies::list()
{
    m_study->clear();
    const auto& studies = m_studies->studies();
    for (std::size_t i = 0; i < studies.size(); ++i) {
        m_study->addItem(studyName(studies[i], static_cast<int>(i) + 1));
        if (!studies[i].images.empty())
            m_study->setItemData(static_cast<int>(i),
                                 QString::fromStdString(pathText(studies[i].images.front().path.parent_path())),
                                 Qt::ToolTipRole);
    }
    m_problem = studies.empty() && any() ? tr("The pinned folders hold no mammograms.") : QString();
    m_study->setCurrentIndex(studies.empty() ? -1 : 0);
    Q_EMIT changed();
}

void PinnedStudies::pin(const QStringList& paths)
{
    for (const QString& path : paths)
        if (!m_pins.contains(path))
            m_pins << path;
    keep();
    scan();
}

void PinnedStudies::open()
{
    if (m_studies->studies().empty() && !m_studies->busy())
        scan();
}

void PinnedStudies::choose()
{
    const QString chosen = QFileDialog::getExistingDirectory(this, tr("Pin a folder with studies"),
                                                             m_settings.value(settings_keys::studyFolder).toString());
    if (!chosen.isEmpty())
        pin({chosen});
}

void PinnedStudies::unpin()
{
    m_pins.clear();
    keep();
    m_studies->cancel();
    m_study->clear();
    Q_EMIT unpinned();
}

void PinnedStudies::keep() { m_settings.setValue(settings_keys::checkpointStudies, m_pins); }

void PinnedStudies::scan()
{
    std::vector<std::filesystem::path> paths;
    for (const QString& each : m_pins)
        paths.push_back(givenPath(each.toStdString()));
    if (!paths.empty())
        m_studies->open(paths);
}

} // namespace mama
