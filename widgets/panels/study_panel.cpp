#include "widgets/panels/study_panel.h"

#include "core/base/path_text.h"
#include "widgets/look/shown_text.h"
#include "widgets/panels/panel_lists.h"
#include "widgets/panels/study_texts.h"

#include <QLabel>
#include <QListWidget>
#include <QVBoxLayout>
#include <map>

namespace mama {
namespace {

// A name made of a UID fills three lines of the panel; its ends tell it apart.
QString shortened(const QString& name)
{
    return name.size() <= 24 ? name : name.left(8) + QChar(0x2026) + name.right(14);
}

} // namespace

StudyPanel::StudyPanel(QWidget* parent) : QWidget(parent)
{
    m_studiesPart = new QWidget(this);
    m_imagesPart = new QWidget(this);
    m_images = makeImageList(this, tr("Images of the study"));
    buildStudies();
    auto* right = new QVBoxLayout(m_imagesPart);
    right->setContentsMargins(0, 0, 0, 0);
    right->addWidget(heading(tr("Images of the study"), this));
    right->addWidget(m_images, 1);
    for (QWidget* part : {m_studiesPart, m_imagesPart})
        part->setMinimumWidth(fontMetrics().horizontalAdvance(QStringLiteral("0000-00-00 · 00 images")) + 12);
    auto* both = new QVBoxLayout(this); // until the page takes them
    both->setContentsMargins(0, 0, 0, 0);
    both->addWidget(m_studiesPart);
    both->addWidget(m_imagesPart);
    m_imagesPart->setFocusProxy(m_images);
    showProblemsTitle();
    connect(m_images, &QListWidget::currentRowChanged, this, [this](int row) {
        if (row >= 0)
            Q_EMIT imageSelected(row);
    });
    connect(m_images, &QListWidget::itemActivated, this,
            [this](QListWidgetItem* item) { Q_EMIT imageChosen(m_images->row(item)); });
}

int StudyPanel::chosenImage() const
{
    if (m_images->hasFocus())
        return m_images->currentRow();
    const QListWidgetItem* extra = m_extras->currentItem();
    return extra ? extra->data(draggedRole).toInt() : m_images->currentRow();
}

void StudyPanel::setFiles(const std::vector<ScanProblem>& problems, const std::vector<ScanProblem>& others)
{
    while (m_problems->count() > m_ofStudy)
        delete m_problems->takeItem(m_ofStudy);
    addFiles(problems, true);
    addFiles(problems, false);
    m_ofScan = m_problems->count() - m_ofStudy;
    addFiles(others, false);
    showProblemsTitle();
}

void StudyPanel::setCurrent(int study)
{
    m_current = study;
    if (study >= 0)
        setState(study, std::max(m_states[m_studies[static_cast<std::size_t>(study)].uid], ExamState::Seen));
    m_unread.clear();
    forgetProblems();
    const QSignalBlocker blocked(m_list);
    m_list->setCurrentItem(itemOf(study));
    showImages();
}

void StudyPanel::forgetProblems()
{
    for (; m_ofStudy > 0; --m_ofStudy)
        delete m_problems->takeItem(0);
    showProblemsTitle();
}

void StudyPanel::setImages(const Study& study)
{
    if (m_current < 0 || m_current >= static_cast<int>(m_studies.size()))
        return;
    m_studies[static_cast<std::size_t>(m_current)] = study;
    showImages();
}

void StudyPanel::setCurrentImage(int image)
{
    const QSignalBlocker blocked(m_images);
    m_images->setCurrentRow(image);
}

void StudyPanel::setUnread(int image)
{
    if (m_unread.insert(image).second)
        showImages();
}

void StudyPanel::addProblem(const QString& text)
{
    for (int row = 0; row < m_ofStudy; ++row)
        if (m_problems->item(row)->data(Qt::AccessibleTextRole) == text)
            return;
    auto* item = new QListWidgetItem;
    tell(item, text, text);
    m_problems->insertItem(m_ofStudy++, item);
    m_problems->scrollToItem(item);
    showProblemsTitle();
}

// Those that were refused, or those of other kinds. Files of one name are told apart by their folders.
void StudyPanel::addFiles(const std::vector<ScanProblem>& files, bool refused)
{
    std::map<std::filesystem::path, int> names;
    for (const ScanProblem& file : files)
        ++names[file.path.filename()];
    for (const ScanProblem& file : files) {
        if (file.refused != refused)
            continue;
        const QString reason = shownText(file.reason);
        QString name = shortened(QString::fromStdString(pathText(file.path.filename())));
        if (names[file.path.filename()] > 1)
            name = shortened(QString::fromStdString(pathText(file.path.parent_path().filename()))) + QLatin1Char('/') +
                   name;
        tell(new QListWidgetItem(m_problems), name + QStringLiteral(":\n") + reason,
             QString::fromStdString(pathText(file.path)) + QLatin1Char('\n') + reason);
    }
}

void StudyPanel::showProblemsTitle()
{
    const int missing = m_ofStudy + m_ofScan, others = m_problems->count() - missing;
    m_problemsTitle->setText(others == 0    ? tr("Not shown (%1)").arg(missing)
                             : missing == 0 ? tr("Other files (%1)").arg(others)
                                            : tr("Not shown (%1), other files (%2)").arg(missing).arg(others));
    m_problemsTitle->setVisible(m_problems->count() > 0);
    m_problems->setVisible(m_problems->count() > 0);
}

void StudyPanel::showImages()
{
    const int row = m_images->currentRow();
    const QSignalBlocker blocked(m_images);
    m_images->clear();
    if (m_current < 0 || m_current >= static_cast<int>(m_studies.size()))
        return showExtras();
    const Study& study = m_studies[static_cast<std::size_t>(m_current)];
    for (const StudyImage& image : study.images) {
        QString tip = imageTip(image);
        if (image.slot == Slot::Extra)
            tip += QLatin1Char('\n') + tr("Enter hangs it in its view's place");
        if (image.header.frames > 1)
            tip += QLatin1Char('\n') + tr("Study ▸ Next frame shows its other frames");
        const QString unread =
            m_unread.contains(m_images->count()) ? QStringLiteral("\n⚠ ") + tr("could not be read") : QString();
        tell(new QListWidgetItem(m_images), imageText(study, image) + unread, tip);
    }
    m_images->setCurrentRow(row);
    showExtras();
}

} // namespace mama
