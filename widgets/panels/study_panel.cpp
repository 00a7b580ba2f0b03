#include "widgets/panels/study_panel.h"

#include "core/base/path_text.h"
#include "widgets/look/shown_text.h"

#include <QLabel>
#include <QListWidget>
#include <QVBoxLayout>

namespace mama {
namespace {

QLabel* heading(const QString& text, QWidget* parent)
{
    auto* label = new QLabel(text, parent);
    QFont bold = label->font();
    bold.setBold(true);
    label->setFont(bold);
    return label;
}

QString readableDate(const std::string& date)
{
    return date.size() == 8
               ? QString::fromStdString(date.substr(0, 4) + "-" + date.substr(4, 2) + "-" + date.substr(6, 2))
               : QString::fromStdString(date);
}

QString describe(const StudyImage& image)
{
    QString text = QString::fromStdString(image.label.empty() ? pathText(image.path.filename()) : image.label);
    if (image.slot == Slot::Extra)
        text += StudyPanel::tr(" (extra)");
    for (const UserText& badge : image.badges)
        text += QStringLiteral(" · ") + shownText(badge);
    for (const UserText& warning : image.warnings) // who is shown comes before how
        if (warning.id().starts_with("scan."))
            text += QStringLiteral("\n⚠ ") + shownText(warning);
    return text;
}

// Where a side or view comes from: an attribute's name, or a name on the disk.
QString sourceText(const std::string& source)
{
    return source.empty()            ? QStringLiteral("–")
           : source == "file name"   ? StudyPanel::tr("file name")
           : source == "folder name" ? StudyPanel::tr("folder name")
                                     : QString::fromStdString(source);
}

QString details(const StudyImage& image)
{
    QStringList lines{QString::fromStdString(pathText(image.path))};
    lines
        << StudyPanel::tr("Side from %1, view from %2").arg(sourceText(image.sideSource), sourceText(image.viewSource));
    lines << StudyPanel::tr("%1 × %2 pixels, spacing: %3")
                 .arg(image.header.columns)
                 .arg(image.header.rows)
                 .arg(shownText(image.spacing.basis));
    for (const UserText& warning : image.warnings)
        lines << StudyPanel::tr("Warning: %1").arg(shownText(warning));
    return lines.join(QLatin1Char('\n'));
}

// A name made of a UID fills three lines of the panel; its ends tell it apart.
QString shortened(const QString& name)
{
    return name.size() <= 24 ? name : name.left(8) + QChar(0x2026) + name.right(14);
}

QListWidget* makeList(QWidget* parent, const QString& name)
{
    auto* list = new QListWidget(parent);
    list->setAccessibleName(name);
    list->setWordWrap(true);
    list->setAlternatingRowColors(true);
    list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    return list;
}

} // namespace

StudyPanel::StudyPanel(QWidget* parent) : QWidget(parent)
{
    m_list = makeList(this, tr("Studies"));
    m_imagesTitle = heading(tr("Images"), this);
    m_images = makeList(this, tr("Images of the study"));
    m_problemsTitle = heading(tr("Not shown"), this);
    m_problems = makeList(this, tr("Files that are not shown, and why"));
    setMinimumWidth(fontMetrics().horizontalAdvance(QStringLiteral("0000-00-00 · 00 images")) + 12);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_list, 2);
    column->addWidget(m_imagesTitle);
    column->addWidget(m_images, 2);
    column->addWidget(m_problemsTitle);
    column->addWidget(m_problems, 1);
    m_problemsTitle->hide();
    m_problems->hide();
    connect(m_list, &QListWidget::currentRowChanged, this, [this](int row) {
        if (row >= 0 && row != m_current)
            Q_EMIT studyChosen(row);
    });
    connect(m_images, &QListWidget::itemActivated, this,
            [this](QListWidgetItem* item) { Q_EMIT imageChosen(m_images->row(item)); });
}

void StudyPanel::setStudies(const std::vector<Study>& studies, const std::vector<ScanProblem>& problems)
{
    m_studies = studies;
    m_current = -1;
    const QSignalBlocker blocked(m_list);
    m_list->clear();
    for (const Study& study : m_studies)
        m_list->addItem(title(study));
    m_problems->clear();
    for (const ScanProblem& problem : problems)
        addProblem(shortened(QString::fromStdString(pathText(problem.path.filename()))) + QStringLiteral(":\n") +
                       shownText(problem.reason),
                   QString::fromStdString(pathText(problem.path)) + QLatin1Char('\n') + shownText(problem.reason));
    m_problems->setVisible(m_problems->count() > 0);
    m_problemsTitle->setVisible(m_problems->count() > 0);
    showImages();
}

void StudyPanel::setCurrent(int study)
{
    m_current = study;
    const QSignalBlocker blocked(m_list);
    m_list->setCurrentRow(study);
    showImages();
}

void StudyPanel::setImages(const Study& study)
{
    if (m_current < 0 || m_current >= static_cast<int>(m_studies.size()))
        return;
    m_studies[static_cast<std::size_t>(m_current)] = study;
    showImages();
}

void StudyPanel::addProblem(const QString& text, const QString& tip)
{
    auto* item = new QListWidgetItem(text, m_problems);
    item->setToolTip(tip.isEmpty() ? text : tip);
    m_problems->show();
    m_problemsTitle->show();
    m_problemsTitle->setText(tr("Not shown (%1)").arg(m_problems->count()));
}

void StudyPanel::setIdentifiersShown(bool shown)
{
    m_identifiers = shown;
    for (int row = 0; row < m_list->count(); ++row)
        m_list->item(row)->setText(title(m_studies[static_cast<std::size_t>(row)]));
}

void StudyPanel::showImages()
{
    m_images->clear();
    if (m_current < 0 || m_current >= static_cast<int>(m_studies.size()))
        return;
    for (const StudyImage& image : m_studies[static_cast<std::size_t>(m_current)].images) {
        auto* item = new QListWidgetItem(describe(image), m_images);
        item->setToolTip(details(image));
    }
}

QString StudyPanel::title(const Study& study) const
{
    const std::string loose = "folder:";
    QString text =
        !study.date.empty() ? readableDate(study.date)
        : study.uid.rfind(loose, 0) == 0
            ? QString::fromStdString(std::filesystem::path(study.uid.substr(loose.size())).filename().string())
            : tr("no date");
    if (m_identifiers && (!study.patientName.empty() || !study.patientId.empty()))
        text += QStringLiteral(" · ") + QString::fromStdString(study.patientName) + QStringLiteral(" ") +
                QString::fromStdString(study.patientId);
    return text + QStringLiteral(" · ") + tr("%n image(s)", nullptr, static_cast<int>(study.images.size()));
}

} // namespace mama
