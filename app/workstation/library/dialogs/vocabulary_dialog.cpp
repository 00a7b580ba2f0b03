#include "app/workstation/library/dialogs/vocabulary_dialog.h"

#include "app/workstation/library/dialogs/table_look.h"
#include "widgets/look/tone.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QMessageBox>
#include <QPushButton>
#include <QShortcut>
#include <QSortFilterProxyModel>
#include <QTableView>
#include <QVBoxLayout>
#include <set>

namespace mama {

// The rows of one data set, or all, that have a text anywhere; those that are added stay in sight.
class WordFilter : public QSortFilterProxyModel
{
public:
    WordFilter(VocabularyModel* words, QObject* parent) : QSortFilterProxyModel(parent), m_words(words)
    {
        setSourceModel(words);
    }
    void narrow(const QString& dataSet, const QString& part)
    {
        m_dataSet = dataSet;
        m_part = part;
        invalidateFilter();
    }

protected:
    bool filterAcceptsRow(int row, const QModelIndex&) const override
    {
        const LibraryWord& word = m_words->at(row);
        const auto has = [&](const std::string& text) {
            return QString::fromStdString(text).contains(m_part, Qt::CaseInsensitive);
        };
        return m_words->isAdded(row) || ((m_dataSet.isEmpty() || QString::fromStdString(word.dataset) == m_dataSet) &&
                                         (has(word.task) || has(word.found) || has(word.means)));
    }

private:
    VocabularyModel* m_words;
    QString m_dataSet, m_part;
};

VocabularyDialog::VocabularyDialog(std::shared_ptr<Library> library, bool editable, QWidget* parent)
    : QDialog(parent), m_library(std::move(library)), m_isEditable(editable), m_model(new VocabularyModel(this)),
      m_shown(new WordFilter(m_model, this)), m_dataSet(new QComboBox(this)), m_find(new QLineEdit(this)),
      m_table(new QTableView(this)), m_words(new QLabel(this)), m_add(new QPushButton(tr("&Add a word"), this)),
      m_save(new QPushButton(tr("&Save"), this)), m_close(new QPushButton(tr("Close"), this))
{
    setWindowTitle(tr("Vocabulary of the tables"));
    resize(900, 600);
    build();
    load();
}

VocabularyDialog::~VocabularyDialog() { m_job.cancel(); }

void VocabularyDialog::build()
{
    m_dataSet->setAccessibleName(tr("Words of which data set"));
    m_dataSet->setObjectName(QStringLiteral("vocabulary.dataSet"));
    m_dataSet->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    m_find->setPlaceholderText(tr("Any part of a word or its meaning"));
    m_find->setAccessibleName(tr("Find a word"));
    m_find->setObjectName(QStringLiteral("vocabulary.find"));
    m_find->setClearButtonEnabled(true);
    m_words->setObjectName(QStringLiteral("vocabulary.words"));
    m_words->setWordWrap(true);
    m_save->setObjectName(QStringLiteral("vocabulary.save"));
    m_add->setObjectName(QStringLiteral("vocabulary.add"));
    m_table->setModel(m_shown);
    lookLikeList(*m_table);
    m_table->setEditTriggers(QAbstractItemView::DoubleClicked | QAbstractItemView::EditKeyPressed |
                             QAbstractItemView::AnyKeyPressed);
    m_table->horizontalHeader()->setStretchLastSection(true);
    for (QPushButton* each : {m_add, m_save, m_close})
        each->setAutoDefault(false);
    auto* top = new QHBoxLayout;
    top->addWidget(m_dataSet);
    top->addWidget(m_find, 1);
    auto* bottom = new QHBoxLayout;
    bottom->addWidget(m_add);
    bottom->addStretch();
    bottom->addWidget(m_save);
    bottom->addWidget(m_close);
    auto* column = new QVBoxLayout(this);
    column->addLayout(top);
    column->addWidget(m_table, 1);
    column->addWidget(m_words);
    column->addLayout(bottom);
    connect(m_dataSet, &QComboBox::activated, this, &VocabularyDialog::narrow);
    connect(m_find, &QLineEdit::textChanged, this, &VocabularyDialog::narrow);
    connect(m_model, &VocabularyModel::edited, this, &VocabularyDialog::showState);
    connect(m_add, &QPushButton::clicked, this, &VocabularyDialog::addWord);
    connect(m_save, &QPushButton::clicked, this, &QDialog::accept);
    connect(m_close, &QPushButton::clicked, this, &VocabularyDialog::reject);
    for (const int key : {Qt::Key_Return, Qt::Key_Enter})
        connect(new QShortcut(QKeySequence(key), m_table, nullptr, nullptr, Qt::WidgetShortcut), &QShortcut::activated,
                this, &VocabularyDialog::editCurrent);
}

void VocabularyDialog::load()
{
    say(tr("Looking…"), false);
    m_add->setEnabled(false);
    m_save->setEnabled(false);
    m_job = BackgroundJob::start<std::vector<LibraryWord>>(
        this, {[library = m_library](const Job&) { return vocabularyOf(*library); },
               [this](std::vector<LibraryWord> words) {
                   std::set<std::string> sets;
                   for (const LibraryWord& each : words)
                       sets.insert(each.dataset);
                   m_dataSet->addItem(tr("All data sets"), QString());
                   for (const std::string& each : sets)
                       m_dataSet->addItem(QString::fromStdString(each), QString::fromStdString(each));
                   m_model->show(std::move(words), m_isEditable);
                   m_table->resizeColumnsToContents();
                   for (int column = 0; column + 1 < VocabularyModel::Columns; ++column) // the last fills the rest
                       m_table->setColumnWidth(column, std::clamp(m_table->columnWidth(column) + 16, 100, 320));
                   m_table->setCurrentIndex(m_shown->index(0, VocabularyModel::Means));
                   m_table->setFocus();
                   showState();
                   Q_EMIT loaded();
               },
               [this](const QString& reason) { say(reason, true); }});
}

void VocabularyDialog::narrow()
{
    m_shown->narrow(m_dataSet->currentData().toString(), m_find->text().trimmed());
    showState();
}

void VocabularyDialog::showState()
{
    const auto fault = m_model->firstFault();
    const int changed = static_cast<int>(m_model->changed().size());
    m_add->setEnabled(m_isEditable && m_dataSet->count() > 1);
    m_save->setEnabled(changed > 0 && !fault);
    if (fault) {
        const LibraryWord& word = m_model->at(*fault);
        const QStringList names{QString::fromStdString(word.dataset), QString::fromStdString(word.task),
                                QString::fromStdString(word.found)};
        return say(tr("Line %1 (%2): %3.")
                       .arg(*fault + 1)
                       .arg(names.join(QLatin1Char(' ')).simplified(), m_model->fault(*fault)),
                   true);
    }
    if (m_model->rowCount() == 0)
        return say(tr("There are no words yet: they come with the first data set that is imported."), false);
    if (!m_isEditable)
        return say(tr("This library is open for reading only."), false);
    say(changed > 0 ? tr("%n word(s) changed. Tables are read by them from their next import on.", nullptr, changed)
                    : tr("What a word or code of the tables means here: Enter changes it, an empty meaning says "
                         "nothing. Tables are read by the words from their next import on."),
        false);
}

// Of the data set that is looked at, or else of the current row's.
void VocabularyDialog::addWord()
{
    QString dataSet = m_dataSet->currentData().toString();
    if (dataSet.isEmpty()) {
        const QModelIndex current = m_table->currentIndex();
        dataSet = current.isValid() ? current.siblingAtColumn(VocabularyModel::DataSet).data().toString()
                                    : m_dataSet->itemData(1).toString();
    }
    const int row = m_model->add(dataSet.toStdString());
    const QModelIndex index = m_shown->mapFromSource(m_model->index(row, VocabularyModel::Task));
    m_table->setFocus();
    m_table->setCurrentIndex(index);
    m_table->scrollTo(index);
    m_table->edit(index);
}

void VocabularyDialog::editCurrent()
{
    const QModelIndex current = m_table->currentIndex();
    if (!current.isValid())
        return;
    const QModelIndex index =
        current.flags().testFlag(Qt::ItemIsEditable) ? current : current.siblingAtColumn(VocabularyModel::Means);
    if (!index.flags().testFlag(Qt::ItemIsEditable))
        return;
    m_table->setCurrentIndex(index);
    m_table->edit(index);
}

void VocabularyDialog::reject()
{
    const int changed = static_cast<int>(m_model->changed().size());
    if (changed == 0 ||
        QMessageBox::question(this, windowTitle(), tr("Leave without saving %n changed word(s)?", nullptr, changed)) ==
            QMessageBox::Yes)
        QDialog::reject();
}

void VocabularyDialog::say(const QString& words, bool isWrong)
{
    QPalette colours = palette();
    if (isWrong)
        colours.setColor(QPalette::WindowText, textColour(Tone::Bad, palette()));
    m_words->setPalette(colours);
    m_words->setText(words);
}

} // namespace mama
