// The studies of the panel: their order, what is found, and what the current one has beside its four views.
#include "widgets/panels/panel_lists.h"
#include "widgets/panels/study_panel.h"
#include "widgets/panels/study_texts.h"

#include <QComboBox>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPainter>
#include <QScrollBar>
#include <QStyledItemDelegate>
#include <QVBoxLayout>
#include <algorithm>
#include <numeric>

namespace mama {
namespace {

constexpr int studyRole = Qt::UserRole, imageRole = draggedRole; // -1: a patient's heading

int studyOf(const QListWidgetItem& item) { return item.data(studyRole).toInt(); }

// Lines break between short parts, not within one: "4 images" stays together.
QString inParts(const QString& text)
{
    constexpr int most = 16;
    const QString between = QStringLiteral(" · ");
    QStringList parts = text.split(between);
    for (QString& part : parts)
        if (part.size() <= most)
            part.replace(QLatin1Char(' '), QChar(QChar::Nbsp));
    return parts.join(between);
}

// A patient's heading is no study: keys pass over it, and it looks like the text that it is.
class StudyDelegate : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;

protected:
    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override
    {
        QStyledItemDelegate::initStyleOption(option, index);
        option->state |= QStyle::State_Enabled;
    }
};

QString plain(QString text) { return text.remove(QChar(0x200b)).simplified().toCaseFolded(); }

} // namespace

void StudyPanel::buildStudies()
{
    m_list = makeList(this, tr("Studies"));
    m_list->setItemDelegate(new StudyDelegate(m_list));
    m_list->setIconSize(stripSize);
    QPixmap blank(stripSize);
    blank.fill(Qt::black);
    m_blank = QIcon(blank);
    m_extras = makeImageList(this, tr("Beside the four views"));
    m_extras->setViewMode(QListView::IconMode);
    m_extras->setIconSize(extraSize);
    m_extras->setMovement(QListView::Static);
    m_extras->setResizeMode(QListView::Adjust);
    m_extras->setAlternatingRowColors(false);
    m_extrasTitle = heading(tr("Beside the four views"), this);
    m_found = new QLabel(this);
    m_search = new QLineEdit(this);
    m_search->setPlaceholderText(tr("Find: date, view, patient…"));
    m_search->setAccessibleName(tr("Find studies"));
    m_search->setClearButtonEnabled(true);
    m_orders = new QComboBox(this);
    m_orders->setAccessibleName(tr("Order of the studies"));
    m_orders->addItems({tr("By patient, exams newest first"), tr("Newest first"), tr("Oldest first")});
    m_problemsTitle = heading({}, this);
    m_problems = makeList(this, tr("Files that are not shown, and why"));
    m_problems->setLayoutMode(QListView::Batched); // a data set may have thousands of tables and masks
    auto* column = new QVBoxLayout(m_studiesPart);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(heading(tr("Studies"), this));
    column->addWidget(m_search);
    column->addWidget(m_orders);
    column->addWidget(m_found);
    column->addWidget(m_list, 3);
    column->addWidget(m_extrasTitle);
    column->addWidget(m_extras, 1);
    column->addWidget(m_problemsTitle);
    column->addWidget(m_problems, 1);
    m_studiesPart->setFocusProxy(m_list);
    m_found->hide();
    for (QWidget* each : std::initializer_list<QWidget*>{m_search, m_orders, m_list, m_extras, m_problems})
        each->installEventFilter(this);
    connect(m_list, &QListWidget::currentItemChanged, this, [this](const QListWidgetItem* item) {
        if (item && studyOf(*item) >= 0 && studyOf(*item) != m_current)
            Q_EMIT studyChosen(studyOf(*item));
    });
    connect(m_list->verticalScrollBar(), &QScrollBar::valueChanged, this, &StudyPanel::sightChanged);
    connect(m_search, &QLineEdit::textChanged, this, &StudyPanel::find);
    connect(m_orders, &QComboBox::activated, this, [this](int index) {
        setOrder(static_cast<ExamOrder>(index));
        Q_EMIT orderChosen(m_order);
    });
    connect(m_extras, &QListWidget::itemActivated, this,
            [this](const QListWidgetItem* item) { Q_EMIT imageChosen(item->data(imageRole).toInt()); });
}

QWidget* StudyPanel::search() const { return m_search; }

QString StudyPanel::searched() const { return m_search->text().simplified(); }

// Esc ends the search first, wherever in the panel the keyboard is. Enter opens the first study that is found; Down
// leads to the one that is open, or where that is not among them to the first.
bool StudyPanel::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() != QEvent::ShortcutOverride && event->type() != QEvent::KeyPress)
        return QWidget::eventFilter(watched, event);
    const int key = static_cast<QKeyEvent*>(event)->key();
    if (key == Qt::Key_Escape && !m_search->text().isEmpty()) {
        if (event->type() == QEvent::ShortcutOverride) // the window has a command on Esc: the panel asks for it first
            event->accept();
        else
            m_search->clear();
        return true;
    }
    const bool enter = key == Qt::Key_Return || key == Qt::Key_Enter;
    if (watched == m_search && event->type() == QEvent::KeyPress && (enter || key == Qt::Key_Down)) {
        goToFound(enter);
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

void StudyPanel::goToFound(bool first)
{
    QListWidgetItem* found = itemOf(neighbour(-1, 1));
    if (!found)
        return;
    const bool searching = !searched().isEmpty();
    const QListWidgetItem* now = m_list->currentItem();
    if (!now || now->isHidden() || (first && searching))
        m_list->setCurrentItem(found);
    m_list->scrollToItem(m_list->currentItem());
    m_list->setFocus(Qt::ShortcutFocusReason);
}

void StudyPanel::setStudies(const std::vector<Study>& studies, const std::vector<PatientExams>& patients)
{
    takeStudies(studies, patients);
    m_current = -1;
    forgetProblems();
    fillStudies();
    showImages();
}

void StudyPanel::addStudies(const std::vector<Study>& all, const std::vector<PatientExams>& patients)
{
    takeStudies(all, patients);
    fillStudies();
}

void StudyPanel::takeStudies(const std::vector<Study>& studies, const std::vector<PatientExams>& patients)
{
    m_studies = studies;
    m_patients = patients;
    m_patientOf.assign(studies.size(), -1);
    for (std::size_t i = 0; i < patients.size(); ++i)
        for (const std::size_t exam : patients[i])
            m_patientOf[exam] = patients[i].size() > 1 ? static_cast<int>(i) : -1;
}

void StudyPanel::setOrder(ExamOrder order)
{
    m_order = order;
    m_orders->setCurrentIndex(static_cast<int>(order));
    fillStudies();
}

// By patient, a heading stands above each as soon as one of them has several exams; in the other orders each exam is a
// row.
void StudyPanel::fillStudies()
{
    const QSignalBlocker blocked(m_list);
    m_list->clear();
    const auto add = [this](int study) {
        auto* item = new QListWidgetItem(m_list);
        item->setData(studyRole, study);
        showStudy(*item);
    };
    std::vector<int> order(m_studies.size());
    std::iota(order.begin(), order.end(), 0);
    const auto date = [this](int study) { return m_studies[static_cast<std::size_t>(study)].date; };
    if (m_order == ExamOrder::NewestFirst)
        std::ranges::stable_sort(order, std::greater(), date);
    if (m_order == ExamOrder::OldestFirst)
        std::ranges::stable_sort(order, {}, date);
    if (m_order != ExamOrder::ByPatient || m_patients.empty()) {
        std::ranges::for_each(order, add);
    } else {
        const bool several = std::ranges::any_of(m_patients, [](const PatientExams& each) { return each.size() > 1; });
        for (std::size_t patient = 0; patient < m_patients.size(); ++patient) {
            if (several)
                addHeading(patient);
            for (const std::size_t exam : m_patients[patient])
                add(static_cast<int>(exam));
        }
    }
    m_list->setCurrentItem(itemOf(m_current));
    find();
    m_list->scrollToItem(m_list->currentItem());
}

void StudyPanel::addHeading(std::size_t patient)
{
    const PatientExams& exams = m_patients[patient];
    const Study& newest = m_studies[exams.front()];
    QString who =
        m_identifiers ? QString::fromStdString(newest.patientName + " " + newest.patientId).trimmed() : QString();
    if (who.isEmpty())
        who = tr("Patient %1").arg(patient + 1);
    auto* item = new QListWidgetItem(m_list);
    item->setData(studyRole, -1);
    item->setFlags(Qt::NoItemFlags);
    item->setText(breakable(tr("%1 · %n exam(s)", nullptr, static_cast<int>(exams.size())).arg(who)));
}

bool StudyPanel::isPrior(int study) const
{
    const int patient = m_patientOf[static_cast<std::size_t>(study)];
    return patient >= 0 && m_studies[static_cast<std::size_t>(study)].date <
                               m_studies[m_patients[static_cast<std::size_t>(patient)].front()].date;
}

int StudyPanel::patientOf(int study) const
{
    const int patient = m_patientOf[static_cast<std::size_t>(study)];
    return patient >= 0 ? patient : -1 - study;
}

void StudyPanel::showStudy(QListWidgetItem& item)
{
    const int index = studyOf(item);
    if (index < 0)
        return;
    const Study& study = m_studies[static_cast<std::size_t>(index)];
    const auto state = m_states.find(study.uid);
    QString text = inParts(studyText(study, m_identifiers));
    if (isPrior(index))
        text += QStringLiteral(" · ") + tr("prior");
    if (state != m_states.end() && state->second == ExamState::Locked)
        text += QStringLiteral(" · ") + tr("verdict locked");
    QFont font = m_list->font();
    font.setBold(state == m_states.end()); // not opened yet
    item.setFont(font);
    tell(&item, text, state == m_states.end() ? text + QLatin1Char('\n') + tr("not opened yet") : text);
    const QImage strip = m_pictures.strip ? m_pictures.strip(study) : QImage();
    item.setIcon(strip.isNull() ? m_blank : QIcon(QPixmap::fromImage(strip)));
}

QListWidgetItem* StudyPanel::itemOf(int study) const
{
    for (int row = 0; study >= 0 && row < m_list->count(); ++row)
        if (studyOf(*m_list->item(row)) == study)
            return m_list->item(row);
    return nullptr;
}

void StudyPanel::setState(int study, ExamState state)
{
    if (study < 0)
        return;
    m_states[m_studies[static_cast<std::size_t>(study)].uid] = state;
    if (QListWidgetItem* item = itemOf(study))
        showStudy(*item);
}

// Every word is in what the list says of the study, or in the labels of its images.
void StudyPanel::find()
{
    const QStringList words = plain(m_search->text()).split(QLatin1Char(' '), Qt::SkipEmptyParts);
    QListWidgetItem* patient = nullptr;
    int found = 0;
    for (int row = 0; row < m_list->count(); ++row) {
        QListWidgetItem* item = m_list->item(row);
        if (studyOf(*item) < 0) {
            patient = item;
            patient->setHidden(true);
            continue;
        }
        QString text = item->text();
        for (const StudyImage& image : m_studies[static_cast<std::size_t>(studyOf(*item))].images)
            text += QLatin1Char(' ') + QString::fromStdString(image.label);
        const bool here =
            std::ranges::all_of(words, [text = plain(text)](const QString& word) { return text.contains(word); });
        item->setHidden(!here);
        found += here ? 1 : 0;
        if (here && patient)
            patient->setHidden(false);
    }
    m_found->setText(tr("%1 of %2 found").arg(found).arg(m_studies.size()));
    m_found->setVisible(!words.isEmpty());
    Q_EMIT sightChanged();
}

int StudyPanel::neighbour(int study, int by) const
{
    const QListWidgetItem* here = itemOf(study);
    for (int row = here     ? m_list->row(here) + by
                   : by > 0 ? 0
                            : m_list->count() - 1;
         row >= 0 && row < m_list->count(); row += by)
        if (studyOf(*m_list->item(row)) >= 0 && !m_list->item(row)->isHidden())
            return studyOf(*m_list->item(row));
    return -1;
}

int StudyPanel::neighbourPatient(int study, int by) const
{
    std::vector<int> newest;
    std::map<int, std::size_t> placeOf; // of a patient among them
    for (int row = 0; row < m_list->count(); ++row) {
        const int exam = studyOf(*m_list->item(row));
        if (exam < 0 || m_list->item(row)->isHidden())
            continue;
        const auto [found, first] = placeOf.try_emplace(patientOf(exam), newest.size());
        if (first)
            newest.push_back(exam);
        else if (int& best = newest[found->second];
                 m_studies[static_cast<std::size_t>(best)].date < m_studies[static_cast<std::size_t>(exam)].date)
            best = exam;
    }
    const auto here = study >= 0 ? placeOf.find(patientOf(study)) : placeOf.end();
    const int count = static_cast<int>(newest.size());
    const int place = here != placeOf.end() ? static_cast<int>(here->second) + by : by > 0 ? 0 : count - 1;
    return place >= 0 && place < count ? newest[static_cast<std::size_t>(place)] : -1;
}

int StudyPanel::place(int study) const
{
    int place = 0;
    for (int row = 0; row < m_list->count(); ++row) {
        const QListWidgetItem& item = *m_list->item(row);
        if (studyOf(item) < 0 || item.isHidden())
            continue;
        ++place;
        if (studyOf(item) == study)
            return place;
    }
    return 0;
}

int StudyPanel::shown() const
{
    int count = 0;
    for (int row = 0; row < m_list->count(); ++row)
        count += studyOf(*m_list->item(row)) >= 0 && !m_list->item(row)->isHidden() ? 1 : 0;
    return count;
}

std::vector<int> StudyPanel::inSight() const
{
    std::vector<int> out;
    const QRect sight = m_list->viewport()->rect();
    for (int row = 0; row < m_list->count(); ++row) {
        QListWidgetItem* item = m_list->item(row);
        if (studyOf(*item) >= 0 && !item->isHidden() && m_list->isVisible() &&
            m_list->visualItemRect(item).intersects(sight))
            out.push_back(studyOf(*item));
    }
    return out;
}

void StudyPanel::setPictures(Pictures pictures) { m_pictures = std::move(pictures); }

void StudyPanel::showPictures()
{
    for (const int study : inSight())
        showStudy(*itemOf(study));
    for (int row = 0; row < m_extras->count(); ++row)
        m_extras->item(row)->setIcon(iconOf(
            m_studies[static_cast<std::size_t>(m_current)].images[m_extras->item(row)->data(imageRole).toULongLong()]));
}

void StudyPanel::setIdentifiersShown(bool shown)
{
    m_identifiers = shown;
    fillStudies();
}

QIcon StudyPanel::iconOf(const StudyImage& image) const
{
    const QImage picture = m_pictures.image ? m_pictures.image(image) : QImage();
    QPixmap out(extraSize);
    out.fill(Qt::black);
    if (!picture.isNull()) {
        const QSize fit = picture.size().scaled(extraSize, Qt::KeepAspectRatio);
        QPainter painter(&out);
        painter.setRenderHint(QPainter::SmoothPixmapTransform);
        painter.drawImage(QRect(QPoint((out.width() - fit.width()) / 2, (out.height() - fit.height()) / 2), fit),
                          picture);
    }
    return QIcon(out);
}

// By their own names, as thumbnails; a double click or Enter hangs one in its view's place.
void StudyPanel::showExtras()
{
    const int row = m_extras->currentRow();
    m_extras->clear();
    const bool any = m_current >= 0 && m_current < static_cast<int>(m_studies.size());
    const std::vector<StudyImage> none;
    const std::vector<StudyImage>& images = any ? m_studies[static_cast<std::size_t>(m_current)].images : none;
    for (std::size_t i = 0; i < images.size(); ++i) {
        if (images[i].slot != Slot::Extra)
            continue;
        auto* item = new QListWidgetItem(m_extras);
        item->setData(imageRole, static_cast<int>(i));
        tell(item, extraText(images[i]),
             imageTip(images[i]) + QLatin1Char('\n') +
                 tr("Enter hangs it in its view's place, and it can be dragged to a picture"));
        item->setIcon(iconOf(images[i]));
    }
    m_extras->setCurrentRow(row);
    m_extras->setVisible(m_extras->count() > 0);
    m_extrasTitle->setVisible(m_extras->count() > 0);
}

} // namespace mama
