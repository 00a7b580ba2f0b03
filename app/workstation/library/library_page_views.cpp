// Histogram and saved views of the page.
#include "app/workstation/library/ask_bar.h"
#include "app/workstation/library/library_page.h"
#include "core/library/studies/filter_edit.h"
#include "core/library/studies/kept_studies.h"
#include "widgets/library/facet_panel.h"
#include "widgets/library/filter_line.h"
#include "widgets/library/range_histogram.h"

#include <QInputDialog>
#include <QMenu>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

namespace mama {

QWidget* LibraryPage::buildFields()
{
    m_fields = new QWidget(this);
    m_histogram = new RangeHistogram(m_fields);
    auto* column = new QVBoxLayout(m_fields);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_histogram);
    column->addWidget(m_facets, 1);
    connect(m_histogram, &RangeHistogram::fieldChosen, this, [this](const QString& field) {
        changeQuestion([&](StudyQuestion& question) { question.histogram = field.toStdString(); });
    });
    connect(m_histogram, &RangeHistogram::ranged, this, [this](const QString& low, const QString& high) {
        if (!refuseWrong())
            setFilter(QString::fromStdString(filterText(ranged(
                m_session->result().clauses, m_session->question().histogram, low.toStdString(), high.toStdString()))));
    });
    return m_fields;
}

// Fields that have a histogram are asked for when there are other studies, and the first is looked at.
void LibraryPage::showHistogram()
{
    const StudyResult& result = m_session->result();
    const StudyQuestion& question = m_session->question();
    QStringList fields;
    if (question.scores)
        fields << QStringLiteral("score");
    for (std::size_t i = 1; question.scores && i < question.byModel.size(); ++i) // the first is the one before
        fields << QString::fromStdString(scoreField(question.byModel[i].model));
    for (const std::string& field : result.numberFields)
        fields << QString::fromStdString(field);
    const QString current = QString::fromStdString(question.histogram);
    m_histogram->setFields(fields, current);
    const auto [low, high] = rangeOf(result.clauses, question.histogram);
    m_histogram->show(result.histogram, QString::fromStdString(low), QString::fromStdString(high));
    if (!fields.isEmpty() && !fields.contains(current)) {
        const QString age = QStringLiteral("age");
        changeQuestion([&](StudyQuestion& changed) {
            changed.histogram = (fields.contains(age) ? age : fields.front()).toStdString();
        });
    }
}

QToolButton* LibraryPage::buildViews()
{
    auto* button = new QToolButton(this);
    button->setObjectName(QStringLiteral("library.views"));
    button->setText(tr("Views"));
    button->setToolTip(tr("Filter, order, sentence and what is kept under a name, to be asked again"));
    button->setPopupMode(QToolButton::InstantPopup);
    m_views = new QMenu(button);
    button->setMenu(m_views);
    connect(m_views, &QMenu::aboutToShow, this, &LibraryPage::fillViews);
    return button;
}

void LibraryPage::fillViews()
{
    m_views->clear();
    const auto& views = m_session->views();
    for (const SavedView& view : views)
        connect(m_views->addAction(QString::fromStdString(view.name).replace(QLatin1Char('&'), QLatin1String("&&"))),
                &QAction::triggered, this, [this, view] { applyView(view); });
    m_views->addSeparator();
    connect(m_views->addAction(tr("Save what is shown…")), &QAction::triggered, this, &LibraryPage::saveView);
    if (views.empty())
        return;
    QMenu* gone = m_views->addMenu(tr("Delete"));
    for (const SavedView& view : views)
        connect(gone->addAction(QString::fromStdString(view.name).replace(QLatin1Char('&'), QLatin1String("&&"))),
                &QAction::triggered, this, [this, name = view.name] {
                    m_session->act([name](Library& library) { return deleteView(library, name); });
                });
}

void LibraryPage::saveView()
{
    if (!m_session->library() || refuseToWrite() || refuseWrong())
        return;
    QStringList names;
    for (const SavedView& view : m_session->views())
        names << QString::fromStdString(view.name);
    bool accepted = false;
    const QString name = QInputDialog::getItem(this, tr("Save as a view"), tr("Name (a view that has it is replaced):"),
                                               names, -1, true, &accepted)
                             .trimmed();
    if (!accepted || name.isEmpty())
        return;
    SavedView view;
    view.name = name.toStdString();
    view.filter = filterText(m_session->result().clauses);
    view.sort = m_session->question().field;
    view.descending = m_session->question().descending;
    view.form = m_isMap ? "map" : m_isTable ? "table" : "grid";
    const auto [sentence, takenOff] = m_ask->sentences();
    view.sentence = sentence.toStdString();
    view.takenOff = takenOff.toStdString();
    if (!sentence.isEmpty())
        view.models = viewModels();
    if (const auto& kept = m_session->question().kept)
        view.kept = rangesText(*kept);
    if (const auto& images = m_session->question().keptImages)
        view.keptImages = rangesText(*images);
    m_session->act([view](Library& library) { return mama::saveView(library, view); });
}

// Its models and the sentence first: a filter and an order of scores wait for the answer.
void LibraryPage::applyView(const SavedView& view)
{
    if (!view.sentence.empty())
        chooseViewModels(view.models);
    if (isOfScores(view.sort) && !view.sentence.empty())
        m_sortWanted = std::pair(view.sort, view.descending);
    m_ask->askFor(QString::fromStdString(view.sentence), QString::fromStdString(view.takenOff));
    setFilter(QString::fromStdString(view.filter));
    setKept(idsOfRanges(view.kept), idsOfRanges(view.keptImages));
    changeQuestion([&](StudyQuestion& question) {
        if (!isOfScores(view.sort)) {
            question.field = view.sort;
            question.descending = view.descending;
        }
    });
    m_toTop = true;
    showAs(view.form == "map" ? As::Map : view.form == "table" ? As::Table : As::Grid);
}

} // namespace mama
