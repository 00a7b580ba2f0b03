#include "widgets/panels/query_panel.h"

#include "widgets/look/tone.h"
#include "widgets/panels/score_delegate.h"
#include "widgets/panels/sentence_edit.h"

#include <QAction>
#include <QClipboard>
#include <QComboBox>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QStyle>
#include <QTableView>
#include <QTimer>
#include <QVBoxLayout>
#include <algorithm>

namespace mama {

QueryPanel::QueryPanel(QWidget* parent) : QWidget(parent)
{
    QHBoxLayout* line = buildSentence(); // made in the order of the tab key
    m_hint = new QLabel(this);
    m_hint->setWordWrap(true);
    m_hint->setTextFormat(Qt::PlainText); // reasons quote files
    m_hint->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_hint->hide();
    buildTable();
    QHBoxLayout* fused = buildFusion();
    QFont small = font();
    small.setPointSizeF(small.pointSizeF() * 0.9);
    m_ranks = new QLabel(this);
    m_provenance = new QLabel(this);
    for (QLabel* label : {m_ranks, m_provenance}) {
        label->setWordWrap(true);
        label->setTextFormat(Qt::PlainText);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
        label->setFont(small);
    }
    m_ranks->hide();

    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addLayout(line);
    column->addWidget(m_examples);
    column->addWidget(m_hint);
    column->addWidget(m_table, 1);
    column->addWidget(m_ranks);
    column->addLayout(fused);
    column->addWidget(m_provenance);
}

QHBoxLayout* QueryPanel::buildSentence()
{
    m_sentence = new SentenceEdit(this);
    m_sentence->setPlaceholderText(tr("Type a sentence, or paste a report"));
    m_sentence->setAccessibleName(tr("Sentence"));
    m_ask = new QPushButton(tr("Ask"), this);
    m_ask->setEnabled(false);
    m_ask->setToolTip(tr(
        "Score this sentence on every view (Enter: then keys act on the pictures; Shift+Enter: stay for the next sentence)"));
    m_examples = new QWidget(this);
    m_examples->setLayout(new QVBoxLayout);
    m_examples->layout()->setContentsMargins(0, 0, 0, 0);
    m_examples->layout()->setSpacing(2);
    m_examples->hide();
    connect(m_sentence, &QLineEdit::returnPressed, this, [this] { ask(); });
    connect(m_sentence, &QLineEdit::textChanged, this,
            [this](const QString& text) { m_ask->setEnabled(!text.trimmed().isEmpty()); });
    connect(m_ask, &QPushButton::clicked, this, [this] { ask(); });
    connect(m_sentence, &SentenceEdit::reportPasted, this, &QueryPanel::asked);
    auto* line = new QHBoxLayout;
    line->addWidget(m_sentence, 1);
    line->addWidget(m_ask);
    return line;
}

void QueryPanel::buildTable()
{
    m_model = new ScoreTable(this);
    m_table = new QTableView(this);
    m_table->setModel(m_model);
    m_table->setAccessibleName(tr("Similarities"));
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setAlternatingRowColors(true);
    m_table->setShowGrid(false);
    m_table->setTabKeyNavigation(false);
    m_table->setItemDelegate(new ScoreDelegate(m_table));
    m_table->verticalHeader()->hide();
    m_table->horizontalHeader()->setHighlightSections(false);
    m_table->horizontalHeader()->setTextElideMode(Qt::ElideMiddle); // of an image by its file's name
    m_table->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_table->setContextMenuPolicy(Qt::ActionsContextMenu);
    auto* copy = new QAction(tr("Copy table"), m_table);
    copy->setShortcut(QKeySequence::Copy);
    copy->setShortcutContext(Qt::WidgetShortcut);
    auto* remove = new QAction(tr("Remove sentence"), m_table);
    remove->setShortcut(QKeySequence::Delete);
    remove->setShortcutContext(Qt::WidgetShortcut);
    m_table->addActions({copy, remove});
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex& current) { Q_EMIT rowSelected(current.isValid() ? current.row() : -1); });
    connect(copy, &QAction::triggered, this, [this] { QGuiApplication::clipboard()->setText(m_model->toText()); });
    connect(remove, &QAction::triggered, this, [this] {
        if (selectedRow() >= 0)
            Q_EMIT removeAsked(selectedRow());
    });
    connect(m_table->horizontalHeader(), &QHeaderView::sectionResized, this, [this](int column) {
        if (column == m_model->studyColumn())
            m_table->resizeRowsToContents();
    });
    fitColumns();
}

QHBoxLayout* QueryPanel::buildFusion()
{
    m_rule = new QComboBox(this);
    m_rule->addItem(tr("Maximum"), QStringLiteral("maximum"));
    m_rule->addItem(tr("Mean"), QStringLiteral("mean"));
    m_rule->addItem(tr("Mean of breast maxima"), QStringLiteral("mean-of-breast-maxima"));
    m_rule->setToolTip(tr("How the views of a breast, and the breasts of the study, become one similarity"));
    auto* label = new QLabel(tr("Similarity, &fused by"), this);
    label->setBuddy(m_rule);
    connect(m_rule, &QComboBox::currentIndexChanged, this, [this] {
        m_model->setFusionRule(m_rule->currentText().toLower());
        Q_EMIT fusionRuleChosen(m_rule->currentData().toString());
    });
    m_model->setFusionRule(m_rule->currentText().toLower());
    auto* fused = new QHBoxLayout;
    fused->addWidget(label);
    fused->addWidget(m_rule, 1);
    return fused;
}

void QueryPanel::setImages(const std::vector<ScoredImage>& images)
{
    m_model->setImages(images);
    fitColumns();
}

void QueryPanel::setRows(const std::vector<SentenceScores>& rows)
{
    const int selected = selectedRow();
    m_model->setRows(rows);
    showExamples();
    m_table->resizeRowsToContents();
    if (selectedRow() < 0 && selected >= 0 && selected < m_model->rowCount())
        selectRow(selected); // a reset of the model forgets it
    // What warns of a result makes rows taller; the table learns its new length later.
    QTimer::singleShot(0, m_table, [this] { m_table->scrollTo(m_table->currentIndex()); });
}

void QueryPanel::selectRow(int row)
{
    const QModelIndex index = m_model->index(row, ScoreTable::firstImage);
    m_table->selectionModel()->setCurrentIndex(index, QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
    m_table->scrollTo(index);
}

int QueryPanel::selectedRow() const
{
    const QModelIndex current = m_table->selectionModel()->currentIndex();
    return current.isValid() ? current.row() : -1;
}

void QueryPanel::setHint(const QString& text, bool isError)
{
    m_hint->setText(text);
    m_hint->setVisible(!text.isEmpty());
    QPalette colours = palette();
    if (isError)
        colours.setColor(QPalette::WindowText, textColour(Tone::Bad, colours));
    m_hint->setPalette(colours);
}

void QueryPanel::setStalled(bool stalled) { m_model->setStalled(stalled); }

void QueryPanel::setProvenance(const QString& text)
{
    m_provenance->setText(text);
    m_provenance->setVisible(!text.isEmpty());
}

void QueryPanel::setRanks(const QString& text)
{
    m_ranks->setText(text);
    m_ranks->setVisible(!text.isEmpty());
}

void QueryPanel::setFusionRule(const QString& rule)
{
    const int at = m_rule->findData(rule);
    if (at >= 0)
        m_rule->setCurrentIndex(at);
}

void QueryPanel::setExamples(const QStringList& sentences)
{
    constexpr qsizetype shown = 3;
    qDeleteAll(m_examples->findChildren<QPushButton*>(Qt::FindDirectChildrenOnly));
    for (const QString& sentence : sentences.first(std::min(shown, sentences.size()))) {
        QString label = sentence;
        auto* button = new QPushButton(label.replace(QLatin1Char('&'), QStringLiteral("&&")), m_examples);
        button->setFlat(true);
        button->setStyleSheet(QStringLiteral("text-align: left; text-decoration: underline;"));
        button->setToolTip(tr("Ask this sentence"));
        connect(button, &QPushButton::clicked, this, [this, sentence] { ask(sentence); });
        m_examples->layout()->addWidget(button);
    }
    m_haveExamples = !sentences.isEmpty();
    showExamples();
}

// To begin with: rows need the room.
void QueryPanel::showExamples() { m_examples->setVisible(m_haveExamples && m_model->rowCount() == 0); }

void QueryPanel::ask()
{
    if (const QString text = m_sentence->text().simplified(); !text.isEmpty())
        ask(text);
}

void QueryPanel::ask(const QString& sentence)
{
    m_sentence->setText(sentence);
    m_sentence->remember(sentence);
    m_sentence->selectAll();
    Q_EMIT asked(sentence);
}

// The numbers share the width; the sentence stands above them, so a row's height follows from the width.
void QueryPanel::fitColumns()
{
    m_table->hideColumn(ScoreTable::sentenceColumn);
    QHeaderView* header = m_table->horizontalHeader();
    header->setMinimumSectionSize(fontMetrics().horizontalAdvance(QStringLiteral("RMLO ")) + 6);
    header->setSectionResizeMode(QHeaderView::Stretch);
    setMinimumWidth(header->minimumSectionSize() * m_model->studyColumn() + 2 * m_table->frameWidth() +
                    m_table->style()->pixelMetric(QStyle::PM_ScrollBarExtent));
}

} // namespace mama
